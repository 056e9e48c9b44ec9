"""What a cohort's circuit takes beside its program: readings, seals, the registry, the state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fieldproof.compiler.forms import Form, count_rows
from fieldproof.compiler.packing import find_words
from fieldproof.compiler.prices import estimate_limbs, estimate_range
from fieldproof.protocol import (
    FieldSpec,
    NetworkSettings,
    Schema,
    StateField,
    StateLayout,
    compute_widths,
)

_PERMUTATION_GATES = 73
_MULTIPLICATION_GATES = 1_194
"""Two points of Grumpkin, each by a scalar, and their sum."""
_SLOT_GATES = 44
"""One device beside its hashes and the multiplication: its bits, its key on the curve, the signature's
ranges, what it is paid."""
_SALT_BITS = 128
_COUNT_BITS = 28
_MASK_PART = 64
"""Slots that the gadget takes to one sum."""
_MISSED_GATES = 7
"""Windows that a device missed: whether it has a last one, the difference, its range."""


def estimate_readings(schema: Schema, settings: NetworkSettings, *, reads_times: bool) -> float:
    """Mask, times and columns of one device's window."""
    slots = settings.readings_per_window
    time_bits, *_ = compute_widths(schema, settings.window_s)
    # What the latest time has risen by; each time as the latest where there is a reading.
    times = (
        slots * (1 + estimate_limbs(time_bits) + reads_times)
        - 1
        + estimate_bounded(time_bits, is_whole=False)
    )
    columns = sum(estimate_bounded(each.width, is_whole=_is_whole(each)) for each in schema.reading)
    return _estimate_mask(slots, len(schema.reading)) + times + slots * columns


def _estimate_mask(slots: int, columns: int) -> float:
    """Bits, and what they and the values that they leave out add up to, part by part."""
    parts = [_MASK_PART] * (slots // _MASK_PART) + [slots % _MASK_PART] * (slots % _MASK_PART > 0)
    sums = sum(count_rows(Form(columns * part, 0 if columns else part), 1) for part in parts)
    return estimate_limbs(_COUNT_BITS) + slots + sums + count_rows(Form(1, len(parts)))


def estimate_digest(schema: Schema, settings: NetworkSettings, *, reads_times: bool) -> float:
    """Packing and hash of one device's readings."""
    widths = compute_widths(schema, settings.window_s)
    words = find_words(widths, settings.readings_per_window)
    rows = 0
    for word, is_added in zip(words, _list_added(len(words)), strict=True):
        first = word.column
        # A time that no program reads is the product of the latest and a bit.
        times = (
            0 if reads_times else sum(place % len(widths) == 0 for place in range(first, first + word.count))
        )
        rows += count_rows(Form(times, word.count - times), 1 + is_added)
    return estimate_range(_SALT_BITS) + _PERMUTATION_GATES * _count_permutations(len(words)) + rows


def estimate_hash(inputs: int) -> int:
    """Return the gates of a hash in a domain: one field more, three to a permutation."""
    return _PERMUTATION_GATES * _count_permutations(inputs) + sum(_list_added(inputs))


def _count_permutations(inputs: int) -> int:
    return -(-(1 + inputs) // 3)


def _list_added(inputs: int) -> Iterable[bool]:
    """For each input of a hash whether it is added to what a permutation before it gave."""
    return (place >= 2 for place in range(inputs))


def estimate_attributes(schema: Schema) -> float:
    """Ranges and hash of one device's attributes."""
    if not schema.attributes:
        return 0.0
    ranges = sum(estimate_bounded(each.width, is_whole=_is_whole(each)) for each in schema.attributes)
    return ranges + estimate_hash(len(schema.attributes))


def estimate_seal() -> float:
    """One device's message, its signature's challenge and multiplication."""
    return _MULTIPLICATION_GATES + estimate_hash(5) + estimate_hash(2)


def estimate_registry() -> float:
    """One device's leaf, the chain over it, and what is asked of it."""
    return _SLOT_GATES + estimate_hash(3) + estimate_hash(2)


def estimate_state(fields: Sequence[StateField], devices: int, *, uses_missed: bool) -> float:
    """Unpacking, ranges, choosing and packing of all devices' state, and both roots."""
    layout = StateLayout(tuple(fields), devices)
    parts = Form(0, len(layout.widths))
    ranges = sum(estimate_bounded(each.width, is_whole=_is_whole(each)) for each in fields)
    # A product of two bits, the difference of both lanes, their choice; words of parts, and of lanes.
    chosen = 1 + count_rows(parts + parts, 1) + count_rows(Form(1) + parts, 1) + (parts.terms + 1) / 3
    lane = estimate_range(layout.widths[0]) + ranges + chosen + estimate_range(layout.width)
    return devices * (lane + _MISSED_GATES * uses_missed) + 2 * estimate_hash(layout.words)


def estimate_bounded(bits: int, *, is_whole: bool) -> float:
    """A number of 0 to its maximum: one range, or two and the difference."""
    return estimate_range(bits) if is_whole else 2 * estimate_limbs(bits) + 1


def list_exact_ranges(fields: Iterable[FieldSpec | StateField]) -> Iterable[int]:
    """Give the bits of the fields whose range is exact."""
    return (each.width for each in fields if _is_whole(each))


def _is_whole(spec: FieldSpec | StateField) -> bool:
    """Whether the range of a field is all numbers of its bits."""
    return spec.maximum_raw + 1 == 1 << spec.width
