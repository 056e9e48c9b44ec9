"""The state that devices carry from window to window (protocol.md, "State").

Every device of a cohort has a lane: the last window that it sealed without being void, then the fields of its
program's state. Lanes are packed into field elements, whose hash is the state root on chain.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fieldproof.core import PYTHON, Arithmetic, Domain, EncodingError, check_range, compute_hash

LAST_BITS = 32
"""Of the last window plus one; 0 says that there is none."""
MAXIMUM_FIELD_BITS = 96
"""Of all fields of one device together."""
WORD_BITS = 253


@dataclass(frozen=True, slots=True)
class StateField:
    """One integer of a program's state."""

    name: str
    low: int
    high: int
    default: int
    """Its value in the first state."""

    @property
    def maximum_raw(self) -> int:
        """Greatest raw form; the raw form of a value is the value less the low end of its range."""
        return self.high - self.low

    @property
    def width(self) -> int:
        """Bits of the raw form."""
        return max(1, self.maximum_raw.bit_length())


@dataclass(frozen=True, slots=True)
class DeviceState:
    """What one device carries."""

    next_window: int
    """One more than the last window that it sealed without being void; 0 where there is none."""
    values: tuple[int, ...]
    """The program's fields, in the order of the source."""

    def count_missed(self, window: int) -> int:
        """Return the windows between that last one and `window`; 0 for a device without one."""
        return window - self.next_window if self.next_window else 0


@dataclass(frozen=True, slots=True)
class CarriedState:
    """What one device carries, by the names of the source."""

    last_window: int | None
    """The last window that it sealed without being void; None where there is none."""
    values: tuple[tuple[str, int], ...]
    """Each field of the program's state with its value, scaled, in the order of the source."""


@dataclass(frozen=True, slots=True)
class StateLayout:
    """How the states of a cohort's devices are packed."""

    fields: tuple[StateField, ...]
    capacity: int
    """Devices of the cohort at most."""

    def __post_init__(self) -> None:
        check_range("fields of a state in bits", self.width - LAST_BITS, 1, MAXIMUM_FIELD_BITS)

    @property
    def widths(self) -> tuple[int, ...]:
        """Bits of each part of a lane, lowest first."""
        return (LAST_BITS, *(field.width for field in self.fields))

    @property
    def width(self) -> int:
        """Bits of a lane."""
        return sum(self.widths)

    @property
    def devices_per_word(self) -> int:
        """Lanes of a field element."""
        return WORD_BITS // self.width

    @property
    def words(self) -> int:
        """Field elements that hold the cohort."""
        return -(-self.capacity // self.devices_per_word)

    @property
    def first(self) -> DeviceState:
        """The state of a device that has none yet."""
        return DeviceState(0, tuple(field.default for field in self.fields))

    @property
    def initial_words(self) -> tuple[int, ...]:
        """The packed state of a cohort before its first posting."""
        return self.pack((self.first,) * self.capacity)

    def name_values(self, state: DeviceState) -> CarriedState:
        """Return a state by the names of its fields."""
        names = (field.name for field in self.fields)
        last = state.next_window - 1 if state.next_window else None
        return CarriedState(last, tuple(zip(names, state.values, strict=True)))

    def pack(self, states: Sequence[DeviceState]) -> tuple[int, ...]:
        """Pack the state of each device; `IntegerError` if a value is outside its range."""
        if len(states) != self.capacity:
            raise ValueError(f"{len(states)} states for {self.capacity} devices: this is a bug")
        words = [0] * self.words
        for device, state in enumerate(states):
            word, place = divmod(device, self.devices_per_word)
            words[word] |= self._pack_lane(state) << self.width * place
        return tuple(words)

    def unpack(self, words: Sequence[int]) -> tuple[DeviceState, ...]:
        """Return the state of each device; `EncodingError` for words that pack no cohort's state."""
        if len(words) != self.words:
            raise EncodingError(f"{len(words)} words of state, {self.words} hold {self.capacity} devices")
        places = (divmod(device, self.devices_per_word) for device in range(self.capacity))
        states = tuple(self._unpack_lane(words[word] >> self.width * place) for word, place in places)
        if self.pack(states) != tuple(words):
            raise EncodingError("words of state with bits beside the devices'")
        return states

    def _pack_lane(self, state: DeviceState) -> int:
        lane = check_range("next window", state.next_window, 0, 2**LAST_BITS - 1)
        position = LAST_BITS
        for field, value in zip(self.fields, state.values, strict=True):
            lane |= check_range(field.name, value, field.low, field.high) - field.low << position
            position += field.width
        return lane

    def _unpack_lane(self, lane: int) -> DeviceState:
        values, position = [], LAST_BITS
        for field in self.fields:
            raw = lane >> position & (1 << field.width) - 1
            if raw > field.maximum_raw:
                raise EncodingError(f"{field.name} of a packed state is {raw}, at most {field.maximum_raw}")
            values.append(field.low + raw)
            position += field.width
        return DeviceState(lane & (1 << LAST_BITS) - 1, tuple(values))


def compute_state_root(words: Sequence[int], *, arithmetic: Arithmetic = PYTHON) -> int:
    """Return the root of a cohort's packed state; 0 for a program without state."""
    return compute_hash(Domain.STATE, 0, *words, arithmetic=arithmetic) if words else 0
