"""Schemas: what a reading and a device's attributes consist of (protocol.md, "Schema")."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from fieldproof.core import PYTHON, Arithmetic, Domain, check_range, compute_hash
from fieldproof.core.cbor import encode
from fieldproof.protocol.errors import SchemaError
from fieldproof.protocol.units import SENML_UNITS

PACKED_BITS = 253
"""Bits of readings that one field element carries."""

MAXIMUM_WIDTH = 64
MAXIMUM_VALUE = 2**64 - 1
"""Values lie between minus this and this: packets carry no others."""
MAXIMUM_FIELDS = 64
MAXIMUM_SCALE = 10**12


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field: its name, SenML unit, scale, and least and greatest value (scaled integers)."""

    name: str
    unit: str
    scale: int
    low: int
    high: int
    rounding: str | None = None
    """How a decimal with too many digits becomes a value ("half-even", "down", ...); None refuses it.
    No part of the schema hash: it concerns only how data is prepared."""
    optional: bool = False
    """Whether a reading may lack a value, which then is None; its raw form is 0."""

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or self.name.startswith("_") or self.name == "time_ms":
            raise SchemaError(
                f"{self.name!r} cannot name a field",
                hint="Use a plain identifier; time_ms stands for the time of every reading.",
            )
        if self.unit not in SENML_UNITS:
            raise SchemaError(
                f"field {self.name}: {self.unit!r} is no SenML unit",
                hint='Use a name of RFC 8428 such as "Cel", "m/s", "W/m2", "%RH", "lat", "count".',
            )
        check_range(f"scale of field {self.name}", self.scale, 1, MAXIMUM_SCALE)
        if type(self.low) is not int or type(self.high) is not int or not self.low < self.high:
            raise SchemaError(
                f"field {self.name}: low must be an integer below high",
                hint="Write low and high as whole numbers of the unit, low first.",
            )
        if self.low < -MAXIMUM_VALUE or self.high > MAXIMUM_VALUE:
            raise SchemaError(
                f"field {self.name}: values of more than 64 bits cannot be sent",
                hint="Choose a smaller scale, or take a constant off the readings.",
            )
        if self.width > MAXIMUM_WIDTH:
            raise SchemaError(
                f"field {self.name}: its range needs {self.width} bits",
                hint=f"Choose a narrower range or a smaller scale: at most {MAXIMUM_WIDTH} bits.",
            )
        if self.rounding is not None and self.rounding not in ROUNDINGS:
            raise SchemaError(
                f"field {self.name}: {self.rounding!r} is no rounding",
                hint=f"Use one of {', '.join(ROUNDINGS)}.",
            )

    @property
    def maximum_raw(self) -> int:
        """The greatest raw form: high − low, and one more where 0 says that there is no value."""
        return self.high - self.low + self.optional

    @property
    def width(self) -> int:
        """Bits of the raw form."""
        return self.maximum_raw.bit_length()

    def is_valid(self, value: object) -> bool:
        """Say whether a reading may carry this value; None is a missing one."""
        if value is None:
            return self.optional
        return type(value) is int and self.low <= value <= self.high

    def to_raw(self, value: int | None) -> int:
        """Return value − low, one more in an optional field, 0 where its value is missing.

        Raises `IntegerError` for what the field cannot hold.
        """
        if value is None and self.optional:
            return 0
        return check_range(self.name, value, self.low, self.high) - self.low + self.optional


ROUNDINGS = ("half-even", "half-up", "down", "up", "floor", "ceiling")


@dataclass(frozen=True)
class Schema:
    """The fields of a reading, in order, and the attributes of a device."""

    version: int
    reading: tuple[FieldSpec, ...]
    attributes: tuple[FieldSpec, ...] = ()

    def __post_init__(self) -> None:
        check_range("schema version", self.version, 1, 2**16 - 1)
        if not 1 <= len(self.reading) <= MAXIMUM_FIELDS or len(self.attributes) > MAXIMUM_FIELDS:
            raise SchemaError(
                f"a schema has 1 to {MAXIMUM_FIELDS} fields and at most {MAXIMUM_FIELDS} attributes"
            )
        for specs in (self.reading, self.attributes):
            names = [spec.name for spec in specs]
            if len(set(names)) != len(names):
                raise SchemaError(f"two fields share a name among {', '.join(names)}")
        for spec in self.attributes:
            if spec.optional:
                raise SchemaError(
                    f"attribute {spec.name} cannot be optional",
                    hint="Owners claim every attribute; give it a value that stands for none, such as 0.",
                )

    @cached_property
    def hash(self) -> bytes:
        """SHA-256 of the canonical form, 32 bytes."""
        return hashlib.sha256(
            encode([1, self.version, *map(_canonical, (self.reading, self.attributes))])
        ).digest()


def _canonical(specs: tuple[FieldSpec, ...]) -> list[list[int | str]]:
    return [
        [spec.name, spec.unit, spec.scale, spec.low, spec.high, *(["optional"] if spec.optional else [])]
        for spec in specs
    ]


def compute_attributes_hash(
    schema: Schema, attributes: tuple[int, ...], *, arithmetic: Arithmetic = PYTHON
) -> int:
    """Hash a device's attributes (scaled integers in the schema's order); 0 where the schema has none."""
    if len(attributes) != len(schema.attributes):
        raise SchemaError(f"{len(attributes)} attributes given, the schema has {len(schema.attributes)}")
    if not attributes:
        return 0
    raw = (spec.to_raw(value) for spec, value in zip(schema.attributes, attributes, strict=True))
    return compute_hash(Domain.ATTRIBUTES, 0, *raw, arithmetic=arithmetic)


def compute_widths(schema: Schema, window_length_s: int) -> tuple[int, ...]:
    """Return the bits of each column of a reading: the time, then the schema's fields."""
    return ((window_length_s * 1000 - 1).bit_length(), *(spec.width for spec in schema.reading))


def pack_rows(rows: Sequence[tuple[int, ...]], widths: tuple[int, ...], slots: int) -> list[int]:
    """Pack raw rows into field elements; slots beyond the rows are zero (protocol.md, "Packed readings")."""
    if len(rows) > slots:
        raise ValueError(f"{len(rows)} rows do not fit into {slots} slots: the caller must check")
    empty = (0,) * len(widths)
    packed, used = [0], 0
    for slot in range(slots):
        for value, width in zip(rows[slot] if slot < len(rows) else empty, widths, strict=True):
            if value >> width:
                raise ValueError(f"raw value {value} is wider than {width} bits: the caller must check")
            if used + width > PACKED_BITS:
                packed.append(0)
                used = 0
            packed[-1] |= value << used
            used += width
    return packed
