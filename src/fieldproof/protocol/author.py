"""The words in which an author writes a network: `Reading`, `Attributes`, `field`, `Window`, `Network`.

They are plain Python, so that a program can be called and tested like any function. Values are the
scaled integers of the schema, and None where a reading lacks the value of a field `int | None`.
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum
from typing import Any, ClassVar, Generic, TypeVar, dataclass_transform, overload

from fieldproof.core import check_range
from fieldproof.protocol.errors import SchemaError
from fieldproof.protocol.schema import FieldSpec, Schema
from fieldproof.protocol.settings import NetworkSettings


class _Declaration:
    """A field as its author declares it, before the class gives it a name."""

    def __init__(self, unit: str, scale: int, low: int, high: int, rounding: str | None) -> None:
        self._arguments = (unit, scale, low, high, rounding)

    def to_spec(self, name: str, *, optional: bool) -> FieldSpec:
        unit, scale, low, high, rounding = self._arguments
        return FieldSpec(name, unit, scale, low * scale, high * scale, rounding, optional)


def field(*, unit: str, low: int, high: int, scale: int = 1, rounding: str | None = None) -> Any:
    """Declare a field of a reading or an attribute.

    `unit` is a SenML name; `low` and `high` are whole numbers of that unit; a value is the reading times
    `scale`. With `rounding` decimals with more digits are rounded, without it they are refused.
    A field of a reading that is annotated `int | None` may lack a value.
    """
    return _Declaration(unit, scale, low, high, rounding)


def _is_optional(annotation: object) -> bool:
    """Say whether an annotation, perhaps still a text, is `int | None`."""
    if isinstance(annotation, str):
        return sorted(annotation.replace(" ", "").split("|")) == ["None", "int"]
    return bool(annotation == int | None)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
class _Record:
    """Named integers within the ranges of their fields."""

    specs: ClassVar[tuple[FieldSpec, ...]] = ()

    def __init_subclass__(cls) -> None:
        declared = [(name, value) for name, value in vars(cls).items() if isinstance(value, _Declaration)]
        for name, _ in declared:
            delattr(cls, name)
        annotations = inspect.get_annotations(cls)
        cls.specs = (
            *cls.specs,
            *(value.to_spec(name, optional=_is_optional(annotations.get(name))) for name, value in declared),
        )

    def __init__(self, /, **values: int | None) -> None:
        for spec in self.specs:
            if spec.name not in values:
                raise TypeError(f"{type(self).__name__} needs {spec.name}")
            value = values.pop(spec.name)
            plain = int(value) if isinstance(value, IntEnum) else value
            spec.to_raw(plain)
            object.__setattr__(self, spec.name, plain)
        if values:
            raise TypeError(f"{type(self).__name__} has no {', '.join(values)}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is a value: {name} cannot change")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is a value: {name} cannot be deleted")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in vars(self).items())})"


class Reading(_Record):
    """One row of integers at one time; subclass it to write a network's schema.

    `time_ms` is the time in milliseconds from the start of the window.
    """

    time_ms: int

    def __init__(self, /, *, time_ms: int, **values: int | None) -> None:
        object.__setattr__(self, "time_ms", check_range("time_ms", time_ms, 0, 2**63))
        super().__init__(**values)


class Attributes(_Record):
    """What an owner claims of a device at registration; subclass it to name them."""


R_co = TypeVar("R_co", bound=Reading, covariant=True)


class Window(Sequence[R_co], Generic[R_co]):
    """The readings of one device in one window, by rising time."""

    def __init__(
        self, readings: Sequence[R_co] = (), *, starts_at: int, number: int = 0, missed: int = 0
    ) -> None:
        """Make a window.

        `starts_at` is its start in seconds since 1970-01-01 UTC, `number` its place among the network's
        windows, and `missed`, for programs with state, how many windows lie between it and the last one
        that the device sealed without being void; 0 for a device that never did.
        """
        self._readings = tuple(readings)
        self.starts_at = check_range("starts_at", starts_at, 0, 2**63)
        self.number = check_range("number", number, 0, 2**32 - 1)
        self.missed = check_range("missed", missed, 0, 2**32 - 1)
        for earlier, later in zip(self._readings, self._readings[1:], strict=False):
            if earlier.time_ms >= later.time_ms:
                raise SchemaError(f"times must rise: {later.time_ms} ms follows {earlier.time_ms} ms")

    @overload
    def __getitem__(self, index: int) -> R_co: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[R_co, ...]: ...
    def __getitem__(self, index: int | slice) -> R_co | tuple[R_co, ...]:
        """Return one reading or several."""
        return self._readings[index]

    def __len__(self) -> int:
        """Return how many readings the device took."""
        return len(self._readings)

    def __iter__(self) -> Iterator[R_co]:
        """Go through the readings by rising time."""
        return iter(self._readings)


class Network:
    """A network as its author declares it; see `NetworkSettings` for what each setting means."""

    def __init__(
        self,
        *,
        name: str,
        reading: type[Reading],
        program: Callable[..., Any],
        attributes: type[Attributes] | None = None,
        **settings: Any,
    ) -> None:
        self.program = program
        self.reading = reading
        self.attributes = attributes
        self.schema = Schema(
            settings.pop("schema_version", 1), reading.specs, attributes.specs if attributes else ()
        )
        self.settings = NetworkSettings.parse(name=name, **settings)
