"""Settings: parsed once into seconds and wei, or refused with a sentence that says what to write."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldproof.core import FieldproofError
from fieldproof.core.cbor import encode
from fieldproof.protocol import NetworkSettings, SchemaError, parse_amount, parse_duration

NEEDED = {"name": "rooftops", "window": "1h", "readings_per_window": 60, "pool_per_window": "1000"}


def parse(**changes: object) -> NetworkSettings:
    return NetworkSettings.parse(**(NEEDED | changes))  # type: ignore[arg-type]


def test_what_an_author_leaves_out_has_a_default() -> None:
    settings = parse()
    assert (settings.window_s, settings.grace_s, settings.settle_s) == (3_600, 300, 0)
    assert (settings.cohort, settings.devices) == (16, 16)
    assert settings.pool_wei == 1_000 * 10**18
    assert (settings.registration_fee_wei, settings.registration_stake_wei) == (10**15, 0)
    assert parse(settle_within="30m").devices == 2**20


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "a"},
        {"name": "a" * 32},
        {"window": "1s", "grace": "0s"},
        {"window": "31d"},
        {"readings_per_window": 1},
        {"readings_per_window": 65_535},
        {"cohort": 1},
        {"cohort": 256, "devices": 256},
        {"devices": 1},
        {"settle_within": "301s"},
        {"settle_within": "31d", "devices": 2**20},
        {"pool_per_window": "0"},
        {"pool_per_window": "0.000000001"},
        {"pool_per_window": "9223372036.854775807"},
        {"registration_fee": "0", "registration_stake": "0.000000000000000001"},
    ],
)
def test_settings_at_their_limits_are_accepted(changes: dict[str, object]) -> None:
    parse(**changes)


@pytest.mark.parametrize(
    ("changes", "message", "hint"),
    [
        ({"name": ""}, "cannot name a network", "small letters"),
        ({"name": "Rooftops"}, "cannot name a network", "small letters"),
        ({"name": "a" * 33}, "cannot name a network", "32"),
        ({"name": "roof\n"}, "cannot name a network", "small letters"),
        ({"name": "rööf"}, "cannot name a network", "small letters"),
        ({"name": 5}, "cannot name a network", "small letters"),
        ({"name": None}, "cannot name a network", "small letters"),
        ({"window": "1"}, "window='1' is no duration", '"5m"'),
        ({"window": "1 h"}, "is no duration", '"5m"'),
        ({"window": "1h30m"}, "is no duration", '"5m"'),
        ({"window": "-1h"}, "is no duration", '"5m"'),
        ({"window": "1.5h"}, "is no duration", '"5m"'),
        ({"window": "1h\n"}, "is no duration", '"5m"'),
        ({"window": "٣m"}, "is no duration", '"5m"'),
        ({"window": 3_600}, "is no duration", '"5m"'),
        ({"grace": None}, "grace=None is no duration", '"5m"'),
        ({"cohort": 2}, "cohort=2 is no capacity", "(1, 4, 16, 64, 256)"),
        ({"cohort": "16"}, "is no capacity", "(1, 4, 16, 64, 256)"),
        ({"cohort": 16.0}, "cohort=16.0 is no capacity", "(1, 4, 16, 64, 256)"),
        ({"cohort": True}, "cohort=True is no capacity", "(1, 4, 16, 64, 256)"),
        ({"devices": 17}, "more than one cohort", "settle_within"),
        ({"settle_within": "5m"}, "longer than grace", '"300s"'),
        ({"pool_per_window": "0.0000000001"}, "more than nine decimals", "nine decimals"),
        ({"pool_per_window": "9223372036.854775808"}, "too large", "nine thousand million"),
        ({"pool_per_window": 1000}, "is no amount", '"0.25"'),
        ({"pool_per_window": "-1"}, "is no amount", '"0.25"'),
        ({"pool_per_window": "1e3"}, "is no amount", '"0.25"'),
        ({"pool_per_window": "1_000"}, "is no amount", '"0.25"'),
        ({"pool_per_window": "NaN"}, "is no amount", '"0.25"'),
        ({"pool_per_window": "Infinity"}, "is no amount", '"0.25"'),
        ({"pool_per_window": "1" * 16}, "is no amount", '"0.25"'),
        ({"registration_fee": "0.0000000000000000001"}, "more than 18 decimals", "fewer"),
        ({"registration_fee": "0"}, "must cost something", "registration_fee"),
        ({"seal": "es256"}, "no kind of seal", '"schnorr"'),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_a_hint(
    changes: dict[str, object], message: str, hint: str
) -> None:
    with pytest.raises(SchemaError) as caught:
        parse(**changes)
    assert message in str(caught.value)
    assert caught.value.hint is not None
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"window": "0s"}, "window in seconds"),
        ({"window": "32d"}, "window in seconds"),
        ({"grace": "32d"}, "grace in seconds"),
        ({"settle_within": "999999999d"}, "settle_within in seconds"),
        ({"readings_per_window": 0}, "readings_per_window"),
        ({"readings_per_window": 65_536}, "readings_per_window"),
        ({"readings_per_window": 60.0}, "readings_per_window"),
        ({"readings_per_window": True}, "readings_per_window"),
        ({"devices": 0}, "devices"),
        ({"devices": 2**20 + 1, "settle_within": "1h"}, "devices"),
    ],
)
def test_a_number_outside_its_range_is_named(changes: dict[str, object], name: str) -> None:
    with pytest.raises(FieldproofError, match=name):
        parse(**changes)


def test_every_setting_stands_in_the_canonical_form() -> None:
    forms = [
        parse(),
        parse(name="roofs"),
        parse(window="61m"),
        parse(readings_per_window=61),
        parse(grace="6m"),
        parse(cohort=4),
        parse(devices=15),
        parse(settle_within="1h", devices=16),
        parse(pool_per_window="1001"),
        parse(registration_fee="0.002"),
        parse(registration_stake="1"),
    ]
    assert len({encode(settings.to_canonical()) for settings in forms}) == len(forms)
    assert parse(window="60m").to_canonical() == parse().to_canonical()
    assert parse(pool_per_window="1000.0").to_canonical() == parse().to_canonical()


@given(st.integers(0, 10**33 - 1))
def test_no_amount_is_rounded(wei: int) -> None:
    text = f"{wei // 10**18}.{wei % 10**18:018d}"
    assert parse_amount("amount", text) == wei
    assert parse_amount("amount", text.rstrip("0").rstrip(".")) == wei


@given(st.text(max_size=12))
def test_random_text_is_an_amount_and_a_duration_or_refused(text: str) -> None:
    for parse_text in (parse_amount, parse_duration):
        with contextlib.suppress(SchemaError):
            assert parse_text("setting", text) >= 0
