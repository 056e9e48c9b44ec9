"""Schemas: one hash for each meaning, widths at their limits, and clear words for what cannot be."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.core import FieldproofError
from fieldproof.protocol import FieldSpec, Schema, SchemaError, compute_attributes_hash, compute_widths

FIELD = FieldSpec("temperature", "Cel", 100, -6_000, 6_000)
SCHEMA = Schema(
    1, (FIELD, FieldSpec("humidity", "%RH", 10, 0, 1_000)), (FieldSpec("height", "m", 1, 0, 9_000),)
)


@pytest.mark.parametrize(
    ("low", "high", "width"),
    [
        (0, 1, 1),
        (-1, 0, 1),
        (0, 2, 2),
        (0, 255, 8),
        (0, 256, 9),
        (5, 6, 1),
        (0, 2**64 - 1, 64),
        (-(2**63), 2**63 - 1, 64),
        (-(2**64 - 1), 0, 64),
    ],
)
def test_the_width_is_that_of_the_range(low: int, high: int, width: int) -> None:
    spec = FieldSpec("value", "count", 1, low, high)
    assert spec.width == width
    assert (spec.to_raw(low), spec.to_raw(high)) == (0, spec.maximum_raw)
    for value in (low - 1, high + 1, True, str(low)):
        with pytest.raises(FieldproofError, match="value"):
            spec.to_raw(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "message", "hint"),
    [
        ({"name": ""}, "cannot name a field", "plain identifier"),
        ({"name": "two words"}, "cannot name a field", "plain identifier"),
        ({"name": "_hidden"}, "cannot name a field", "plain identifier"),
        ({"name": "time_ms"}, "cannot name a field", "time of every reading"),
        ({"unit": "Celsius"}, "no SenML unit", "RFC 8428"),
        ({"unit": ""}, "no SenML unit", "RFC 8428"),
        ({"low": 6_000}, "low must be an integer below high", "whole numbers"),
        ({"low": 6_001}, "low must be an integer below high", "whole numbers"),
        ({"low": 0.5}, "low must be an integer below high", "whole numbers"),
        ({"high": True}, "low must be an integer below high", "whole numbers"),
        ({"low": 0, "high": 2**64}, "64 bits", "smaller scale"),
        ({"low": -1, "high": 2**64 - 1}, "needs 65 bits", "narrower range"),
        ({"low": -(2**64), "high": -5}, "64 bits", "smaller scale"),
        ({"low": 2**70, "high": 2**70 + 5}, "64 bits", "smaller scale"),
        ({"rounding": "nearest"}, "is no rounding", "half-even"),
    ],
)
def test_a_field_that_cannot_be_is_refused_with_a_hint(
    changes: dict[str, object], message: str, hint: str
) -> None:
    with pytest.raises(SchemaError, match=message) as caught:
        replace(FIELD, **changes)  # type: ignore[arg-type]
    assert caught.value.hint is not None
    assert hint in caught.value.hint


def test_a_missing_value_is_raw_zero_and_the_others_start_at_one() -> None:
    spec = replace(FIELD, optional=True)
    assert [spec.to_raw(value) for value in (None, -6_000, 6_000)] == [0, 1, 12_001]
    assert (spec.maximum_raw, FIELD.maximum_raw) == (12_001, 12_000)
    assert [replace(spec, low=0, high=high).width for high in (2, 3, 254, 255)] == [2, 3, 8, 9]
    for value in (-6_001, 6_001, True, "0"):
        assert not spec.is_valid(value)
        with pytest.raises(FieldproofError, match="temperature"):
            spec.to_raw(value)  # type: ignore[arg-type]
    assert spec.is_valid(None)
    assert not FIELD.is_valid(None)
    with pytest.raises(FieldproofError, match="temperature"):
        FIELD.to_raw(None)
    with pytest.raises(SchemaError, match="needs 65 bits"):
        replace(spec, low=0, high=2**64 - 1)
    assert replace(spec, low=0, high=2**64 - 2).width == 64


def test_an_optional_field_is_another_schema_and_an_attribute_cannot_be_one() -> None:
    first, second = SCHEMA.reading
    assert replace(SCHEMA, reading=(first, replace(second, optional=True))).hash != SCHEMA.hash
    assert SCHEMA.hash.hex() == "b4d1790430f5cf542acafa2d0464458e3a1d9fe6f31ba501d0d478d90cf9f142"
    with pytest.raises(SchemaError, match="attribute height cannot be optional") as caught:
        replace(SCHEMA, attributes=(replace(SCHEMA.attributes[0], optional=True),))
    assert caught.value.hint is not None


@pytest.mark.parametrize("scale", [0, -1, 10**12 + 1, 1.0, True, "10"])
def test_a_scale_is_a_whole_number(scale: object) -> None:
    with pytest.raises(FieldproofError, match="scale of field temperature"):
        replace(FIELD, scale=scale)  # type: ignore[arg-type]
    assert replace(FIELD, scale=10**12).scale == 10**12


@pytest.mark.parametrize("version", [0, -1, 2**16, True, "1", 1.0])
def test_a_version_is_a_small_number(version: object) -> None:
    with pytest.raises(FieldproofError, match="schema version"):
        replace(SCHEMA, version=version)  # type: ignore[arg-type]
    assert replace(SCHEMA, version=2**16 - 1).hash != SCHEMA.hash


def make_fields(count: int) -> tuple[FieldSpec, ...]:
    return tuple(replace(FIELD, name=f"field{index}") for index in range(count))


def test_a_schema_has_1_to_64_fields_with_different_names() -> None:
    assert len(Schema(1, make_fields(64), make_fields(64)).reading) == 64
    for reading, attributes in ((0, 0), (65, 0), (1, 65)):
        with pytest.raises(SchemaError, match="64"):
            Schema(1, make_fields(reading), make_fields(attributes))
    for reading, attributes in (((FIELD, FIELD), ()), ((FIELD,), (FIELD, FIELD))):
        with pytest.raises(SchemaError, match="share a name"):
            Schema(1, reading, attributes)


def test_every_change_of_meaning_is_another_hash() -> None:
    first, second = SCHEMA.reading
    schemas = [
        SCHEMA,
        replace(SCHEMA, version=2),
        replace(SCHEMA, reading=(second, first)),
        replace(SCHEMA, reading=(first,)),
        replace(SCHEMA, attributes=()),
        replace(SCHEMA, reading=(first, second, SCHEMA.attributes[0]), attributes=()),
        *(
            replace(SCHEMA, reading=(replace(first, **change), second))  # type: ignore[arg-type]
            for change in (
                {"name": "temperatur"},
                {"unit": "K"},
                {"scale": 10},
                {"low": -6_001},
                {"high": 6_001},
            )
        ),
    ]
    assert len({schema.hash for schema in schemas}) == len(schemas)


def test_rounding_concerns_only_how_data_is_prepared() -> None:
    rounded = replace(SCHEMA, reading=tuple(replace(spec, rounding="half-even") for spec in SCHEMA.reading))
    assert rounded.hash == SCHEMA.hash


@given(st.integers(1, 31 * 86_400))
def test_the_time_has_the_width_of_the_window(window_s: int) -> None:
    width = compute_widths(SCHEMA, window_s)[0]
    assert 2 ** (width - 1) <= window_s * 1000 - 1 < 2**width


def test_attributes_are_hashed_raw_in_order_and_none_is_zero() -> None:
    schema = replace(SCHEMA, attributes=SCHEMA.reading)
    hashes = {
        compute_attributes_hash(schema, attributes)
        for attributes in ((-6_000, 0), (-5_999, 0), (-6_000, 1), (6_000, 1_000))
    }
    assert len(hashes) == 4
    assert compute_attributes_hash(replace(SCHEMA, attributes=()), ()) == 0
    for wrong in ((), (0,), (0, 0, 0), (-6_001, 0), (6_001, 0), (0, -1)):
        with pytest.raises(FieldproofError):
            compute_attributes_hash(schema, wrong)
