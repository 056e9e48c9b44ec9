"""How each gadget is attacked: circuits around it, inputs, Python's answers, and lies that fit each other."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fieldproof.core.curves import GRUMPKIN
from fieldproof.core.hashing import Domain, compute_hash
from fieldproof.core.poseidon2 import FIELD_ORDER

Inputs = Sequence[int]
REFUSED = None


@dataclass(frozen=True)
class Harness:
    """A gadget in a circuit. `M::` in the body is its module; the answers are an array of fields."""

    module: str
    functions: tuple[str, ...]
    """Whose constraints are taken away here, one at a time."""
    body: str
    compute: Callable[..., Sequence[int] | None]
    """The answers by Python, or None for inputs that the circuit must refuse."""
    cases: tuple[tuple[int, ...], ...]
    aims: Callable[[Inputs, Inputs], Iterator[Sequence[int]]] = lambda _inputs, _hinted: iter(())
    """Rows of values that a liar might wish his hints to be, from the inputs and the honest hints.

    A hint that depends on one before it follows that one's lie by itself: leave it out, or as it was."""
    hints: tuple[str, ...] = ()
    places: int = 12
    """How many of the hinted values are perturbed one at a time."""

    @property
    def answer_count(self) -> int:
        return next(len(answers) for case in self.cases if (answers := self.compute(*case)) is not None)


def accept_if(condition: bool) -> list[int] | None:
    return [0] if condition else REFUSED


def aim_divide(n: int, d: int) -> Iterator[list[int]]:
    q, r = divmod(n, d)
    yield from ([q + 1, r - d], [q - 1, r + d], [r, q], [q - FIELD_ORDER // d, r + FIELD_ORDER // d * d])
    yield from ([(n - other) * pow(d, -1, FIELD_ORDER), other] for other in (r + 1, r - 1, 0, d - 1))
    yield list(divmod(n + FIELD_ORDER, d))


def aim_root(value: int) -> Iterator[list[int]]:
    root = math.isqrt(value)
    yield from ([other] for other in (root + 1, root - 1, -root, 0))
    # Half an odd number: 4·(value − rest) is its square less the field's order.
    odd = (math.isqrt(FIELD_ORDER + 4 * value) - 1) | 1
    yield [odd * pow(2, -1, FIELD_ORDER)]


def aim_rank(inputs: Inputs, hinted: Inputs) -> Iterator[list[int]]:
    start, (value, place), pivot = list(hinted[:2]), hinted[2:4], hinted[4]
    scale, count = 512, len(hinted) - 5
    yield [*start, value - pow(scale, -1, FIELD_ORDER), place + 1]
    for other, where in ((value + 1, place - scale), (value - 1, place + scale), (value - 1, place)):
        yield [*start, other, where]
    for where in range(count):
        other = inputs[where]
        yield [*start, other, where]
        for flips in range(1 << count):
            bits = [flips >> bit & 1 for bit in range(count)]
            yield [*start, other, where, pivot, *bits]
    yield [*start, value, place, pivot + 1]


def aim_words(wide: int) -> Callable[[Inputs, Inputs], Iterator[list[int]]]:
    def aim(inputs: Inputs, hinted: Inputs) -> Iterator[list[int]]:
        for value in (inputs[0] + FIELD_ORDER, inputs[1] + FIELD_ORDER):
            yield [value >> 32 * word & 2**32 - 1 for word in range(wide)] * 2

    return aim


def aim_limbs(inputs: Inputs, _hinted: Inputs) -> Iterator[list[int]]:
    for value in (inputs[0] + FIELD_ORDER, inputs[0] + 2 * FIELD_ORDER, inputs[0] - FIELD_ORDER):
        yield [value % 2**128, value >> 128]
    low, high = inputs[0] % 2**128, inputs[0] >> 128
    yield from ([low + 2**128, high - 1], [low - 2**128, high + 1], [high, low], [inputs[0], 0])


def aim_times(_inputs: Inputs, hinted: Inputs) -> Iterator[list[int]]:
    mask = list(hinted[:4])
    for latest in ([-1, 5, 5, 5], [6, 5, 5, 5], [5, 6, 6, 6], [5, 5, 5, 5], [999] * 4, [0, 999, 999, 999]):
        yield [*mask, *latest]


def find_other_count(count: int) -> int:
    """The other number that solves what `mask` demands of a count, were it not held to its range."""
    return 1 - 2**57 - count


def times_rise(*inputs: int) -> list[int] | None:
    times, count = inputs[:4], inputs[4]
    sealed = times[:count]
    rising = all(a < b for a, b in itertools.pairwise(sealed))
    inside = all(0 <= time < 1000 for time in sealed)
    return accept_if(rising and inside and not any(times[count:]))


def get_rank(*inputs: int) -> list[int]:
    values, chosen, k = inputs[:4], inputs[4:8], inputs[8]
    among = sorted(value for value, is_chosen in zip(values, chosen, strict=True) if is_chosen)
    return [among[k] if k < len(among) else 0]


def chain(*inputs: int) -> list[int] | None:
    return accept_if(compute_hash(Domain.CHAIN, 0, inputs[0], inputs[1]) == inputs[3])


def on_curve(x: int, y: int) -> list[int] | None:
    return accept_if((y * y - x**3 + 17) % FIELD_ORDER == 0)


_ODD = math.isqrt(FIELD_ORDER + 2**200) | 1
_HALF_ROOT = (_ODD**2 - FIELD_ORDER) // 4 + 7 * 2**123
"""Its root could be half of an odd number, were roots not held to their range."""
MANY = 513
_LONG_SORT = (1, 0, *range(2, MANY))
_WIDE = ((2**124 - 1) * (2**126 - 1) + 5, 2**126 - 1)
_CHAIN = compute_hash(Domain.CHAIN, 0, 7, 8)

HARNESSES = {
    "assert_bits": Harness(
        "integers", ("assert_bits",), "{ M::assert_bits::<10>(inputs[0]); [0] }",
        lambda value: accept_if(0 <= value < 2**10), ((0,), (1023,), (1024,), (-1,), (2**14,), (2**11 - 1,)),
    ),
    "assert_at_most": Harness(
        "integers", ("assert_at_most",),
        "{ M::assert_at_most::<10>(inputs[0], 1000); M::assert_at_most::<10>(inputs[1], 1023); [0] }",
        lambda a, b: accept_if(0 <= a <= 1000 and 0 <= b <= 1023),
        ((0, 0), (1000, 1023), (1001, 0), (1023, 0), (-1, 0), (0, 1024), (0, -1)),
    ),
    "assert_limbs": Harness(
        "integers", ("assert_limbs",), "{ M::assert_limbs::<10>(inputs[0]); [0] }",
        lambda value: accept_if(0 <= value < 2**14), ((0,), (2**14 - 1,), (2**14,), (-1,)),
    ),
    "comparisons": Harness(
        "integers", ("compare",),
        "{ let (a, b) = (inputs[0], inputs[1]); [M::is_at_least::<32>(a, b) as Field, "
        "(M::compare::<32>(a, b).1 == 0) as Field, M::is_less::<32>(a, b) as Field, "
        "M::is_within::<32>(a, b, 9) as Field, M::minimum::<32>(a, b), M::maximum::<32>(a, b), "
        "M::absolute::<32>(a), M::clamp::<32>(a, -3, 9)] }",
        lambda a, b: [a >= b, a == b, a < b, b <= a <= 9, min(a, b), max(a, b), abs(a), min(max(a, -3), 9)],
        ((0, 0), (5, 7), (7, 5), (-4, 2), (2**31, 2**31 - 1), (-(2**31), 2**31 - 1)),
        hints=("is_at_least",),
    ),
    "divide": Harness(
        "integers", ("divide", "assert_quotient"),
        "{ let (a, b) = M::divide::<32, 24>(inputs[0], inputs[1]); "
        "let (c, d) = M::divide::<124, 126>(inputs[2], inputs[3]); [a, b, c, d] }",
        lambda a, b, c, d: [*divmod(a, b), *divmod(c, d)],
        ((1000, 7, *_WIDE), (2**55 + 5, 2**24, 2**125, 2**125), (0, 1, 2**200 + 1, 2**100), (6, 7, 0, 1)),
        lambda inputs, hinted: (
            row
            for first, second in (
                *((aim, hinted[2:]) for aim in aim_divide(*inputs[:2])),
                *((hinted[:2], aim) for aim in aim_divide(*inputs[2:])),
            )
            for row in ([*first, *second],)
        ),
        hints=("divide",),
    ),
    "divide_by_power": Harness(
        "integers", ("divide_by_power",),
        "{ let (a, b) = M::divide_by_power::<20, 10>(inputs[0]); [a, b] }",
        lambda value: divmod(value, 2**10), ((5000,), (2**30 - 1,), (0,), (1023,), (1024,)),
        lambda inputs, _: aim_divide(inputs[0], 2**10), ("divide",),
    ),
    "square_root": Harness(
        "integers", ("square_root",), "[M::square_root::<32, 33>(inputs[0])]",
        lambda value: [math.isqrt(value)], ((0,), (3,), (4,), (99,), (100,), (2**64 - 1,), (2**63,)),
        lambda inputs, _: aim_root(inputs[0]), ("square_root", "same"),
    ),
    "square_root_wide": Harness(
        "integers", ("square_root",), "[M::square_root::<124, 125>(inputs[0])]",
        lambda value: [math.isqrt(value)], ((2**248 - 1,), (_HALF_ROOT,), (10**60,), (8,)),
        lambda inputs, _: aim_root(inputs[0]), ("square_root", "same"),
    ),
    "materialise": Harness(
        "integers", ("materialise", "to_index"),
        "[M::materialise(inputs[0] * 3), [11, 22, 33, 44, 55][M::to_index(inputs[0])]]",
        lambda index: [index * 3, 11 * (index + 1)], ((0,), (2,), (4,)), hints=("same", "to_index"),
    ),
    "bit_and": Harness(
        "integers", ("bit_and",),
        "[M::bit_and::<30>(inputs[0], inputs[1]), M::bit_and::<1>(inputs[2], inputs[3])]",
        lambda a, b, c, d: [a & b, c & d], ((0, 0, 0, 1), (2**30 - 1, 12345, 1, 1), (0xAAAA, 0xFF0, 1, 0)),
        aim_words(1), ("to_words",),
    ),
    "bit_and_wide": Harness(
        "integers", ("bit_and",), "[M::bit_and::<128>(inputs[0], inputs[1])]",
        lambda a, b: [a & b], ((2**128 - 1, 2**127 + 77), (3 << 95, 1 << 96), (0, 2**64)),
        aim_words(4), ("to_words",),
    ),
    "sort": Harness(
        "arrays", ("sort",), "M::sort::<33, 5>(inputs)",
        lambda *values: sorted(values), ((5, 4, 3, 2, 1), (7, 7, 7, 7, 7), (0, -(2**32), 2**32 - 1, 0, -1)),
        lambda _, hinted: iter(
            ([*hinted[:2], hinted[3], hinted[2], hinted[4]], [hinted[0]] * 5, hinted[::-1])
        ),
        ("order",),
    ),
    "sort_many": Harness(
        "arrays", ("sort",),
        f"{{ let sorted = M::sort::<32, {MANY}>(inputs); let mut low = [0; 3]; "
        "for i in 0..3 { low[i] = sorted[i]; } low }",
        lambda *values: sorted(values)[:3], (_LONG_SORT,),
        lambda _, hinted: iter([[*hinted[1::-1], *hinted[2:]], [hinted[0], *hinted[:-1]]]), ("order",), 2,
    ),
    "rank": Harness(
        "arrays", ("rank",),
        "[M::rank::<33, 4>([inputs[0], inputs[1], inputs[2], inputs[3]], "
        "[inputs[4] == 1, inputs[5] == 1, inputs[6] == 1, inputs[7] == 1], inputs[8])]",
        get_rank,
        ((5, 3, 9, 7, 1, 1, 1, 1, 1), (5, 3, 9, 7, 1, 0, 0, 1, 1), (4, 4, 6, 4, 0, 1, 1, 0, 1),
         (5, 3, 9, 7, 0, 0, 0, 0, 0), (5, 3, 9, 7, 0, 1, 0, 0, 7)),
        aim_rank, ("rank", "is_at_least", "same"),
    ),
    "rank_many": Harness(
        "arrays", (),
        f"{{ let mut values = [0; {MANY}]; for i in 0..{MANY} {{ values[i] = inputs[i]; }} "
        f"[M::rank::<32, {MANY}>(values, [true; {MANY}], inputs[{MANY}])] }}",
        lambda *inputs: [sorted(inputs[:MANY])[inputs[MANY]]],
        ((*_LONG_SORT, 0), (*_LONG_SORT[::-1], MANY - 1)), lambda _inputs, _hinted: iter(()),
        ("rank", "is_at_least", "same"), 5,
    ),
    "to_bits": Harness(
        "bitmap", ("to_bits",),
        "{ let bits: [bool; 130] = M::to_bits([inputs[0], inputs[1]]); "
        "[bits[0] as Field, bits[127] as Field, bits[128] as Field, bits[129] as Field] }",
        lambda low, high: [low & 1, low >> 127, high & 1, high >> 1] if high < 4 else REFUSED,
        ((2**128 - 1, 3), (2**127, 2), (0, 4)), hints=("to_bits",),
    ),
    "pack_result": Harness(
        "bitmap", ("pack_result",), "M::pack_result([inputs[0], inputs[1]])",
        lambda a, b: [a + (b << 32)] if max(a, b) < 2**32 and min(a, b) >= 0 else REFUSED,
        ((1, 2), (2**32 - 1, 2**32 - 1), (2**32, 0), (0, -1)),
    ),
    "digest": Harness(
        "hash", ("begin_digest",),
        "[M::finish(M::begin_digest(inputs[0], 1), [inputs[1]]), "
        "M::finish(M::absorb(M::begin_digest(inputs[0], 4), [inputs[1], 2, 3]), [4])]",
        lambda salt, word: (
            [compute_hash(Domain.DIGEST, salt, word), compute_hash(Domain.DIGEST, salt, word, 2, 3, 4)]
            if 0 <= salt < 2**128 else REFUSED
        ),
        ((5, 6), (2**128 - 1, 1), (2**128, 1), (2**128 + 2**100, 0)),
    ),
    "mask": Harness(
        "readings", ("mask_of",),
        "{ let bits: [bool; 6] = M::mask(inputs[0]); bits.map(|bit| bit as Field) }",
        lambda count: [slot < count for slot in range(6)] if 0 <= count <= 6 else REFUSED,
        ((0,), (2,), (6,), (7,), (-1,), (find_other_count(2),)),
        lambda inputs, _: iter(
            ([1, 0, 1, 0, 0, 0], [0, 1, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1], [1, 1, 0, 0, 0, 0])
        ),
        ("ones",),
    ),
    "mask_many": Harness(
        "readings", ("mask_of",),
        "{ let bits: [bool; 70] = M::mask(inputs[0]); "
        "[bits[0] as Field, bits[63] as Field, bits[64] as Field, bits[69] as Field] }",
        lambda count: [slot < count for slot in (0, 63, 64, 69)] if 0 <= count <= 70 else REFUSED,
        ((0,), (64,), (65,), (70,), (71,), (find_other_count(65),)),
        lambda _, hinted: iter(
            (
                [*hinted[:62], 0, *hinted[63:69], 1], [*hinted[:64], 1 - hinted[64]],
                [*[1] * 62, 0, 1, 1, 0, 0, 0, 0, 0], [1] * 65 + [0] * 5,
            )
        ),
        ("ones",),
    ),
    "mask_of": Harness(
        "readings", ("mask_of",),
        "{ let bits: [bool; 3] = M::mask_of(inputs[3], [[5; 3], [inputs[0], inputs[1], inputs[2]], "
        "[0, inputs[4], 0]]); bits.map(|bit| bit as Field) }",
        lambda *row: (
            [slot < row[3] for slot in range(3)] if 0 <= row[3] <= 3 and not any(row[row[3] : 3])
            and (row[3] > 1 or not row[4]) else REFUSED
        ),
        ((1000, 0, 5, 3, 9), (1, 0, 0, 1, 0), (1, 2, 0, 1, 0), (0, 0, 1, 0, 0), (1, 0, 0, 1, 2**64),
         (2**64, 1, 0, 2, 7), (0, 0, 0, 4, 0), (1, 7, 0, find_other_count(2), 7)),
        lambda _inputs, _hinted: iter(([1, 0, 1], [0, 0, 1], [1, 1, 0], [1, 1, 1])), ("ones",),
    ),
    "assert_times": Harness(
        "readings", ("assert_times", "latest"),
        "{ let mask: [bool; 4] = readings::mask(inputs[4]); "
        "M::assert_times::<10, 4>([inputs[0], inputs[1], inputs[2], inputs[3]], mask, 1000); [0] }",
        times_rise,
        ((0, 1, 2, 999, 4), (5, 6, 0, 0, 2), (-1, 5, 0, 0, 2), (7, 0, 0, 0, 0), (6, 5, 0, 0, 2),
         (5, 5, 0, 0, 2), (0, 5, 7, 0, 2), (0, 1000, 0, 0, 2), (1023, 0, 0, 0, 1)),
        aim_times, ("ones", "running_maximum"),
    ),
    "assert_column": Harness(
        "readings", ("assert_column",),
        "{ M::assert_column::<10, 3>([inputs[0], inputs[1], inputs[2]], 1000); [0] }",
        lambda *row: accept_if(all(0 <= value <= 1000 for value in row)),
        ((1000, 0, 5), (1001, 0, 0), (0, 0, -1)),
    ),
    "unpack_lanes": Harness(
        "state", ("unpack_lanes",),
        "{ let parts: [[Field; 2]; 2] = M::unpack_lanes([inputs[0]], [8, 10]); for i in 0..2 { "
        "integers::assert_bits::<8>(parts[i][0]); integers::assert_bits::<10>(parts[i][1]); } "
        "[parts[0][0], parts[0][1], parts[1][0], parts[1][1]] }",
        lambda word: [word & 255, word >> 8 & 1023, word >> 18 & 255, word >> 26] if word < 2**36 else None,
        ((0,), (2**36 - 1,), (5 + (7 << 8) + (9 << 18) + (11 << 26),), (2**36,)),
        lambda _, hinted: iter([[hinted[0] - 256, hinted[1] + 1], [0, 0, 0, hinted[3] + 1]]),
        ("to_parts",),
    ),
    "advance_lane": Harness(
        "state", ("advance_lane",), "[M::advance_lane::<20>(inputs[0] == 1, inputs[1], inputs[2])]",
        lambda moves, before, after: [kept] if 0 <= (kept := after if moves else before) < 2**20 else None,
        ((0, 5, 2**20), (1, 2**20, 7), (1, 1, 2**20 - 1), (1, 0, 2**20), (1, 0, -1), (0, 2**20, 3)),
    ),
    "count_missed": Harness(
        "state", ("count_missed",), "[M::count_missed(inputs[0], inputs[1], inputs[2] == 1)]",
        lambda window, following, sealed: (
            [0] if not (sealed and following)
            else [window - following] if 0 <= window - following < 2**32 else REFUSED
        ),
        ((9, 9, 1), (9, 3, 1), (9, 3, 0), (9, 0, 1), (9, 10, 1), (9, 10, 0), (2**32 + 4, 5, 1),
         (2**32 + 5, 5, 1)),
    ),
    "assert_commitment": Harness(
        "registry", ("assert_commitment",),
        "{ M::assert_commitment(inputs[0], [inputs[1], inputs[2]], [true, false], inputs[3]); [0] }",
        chain, ((7, 8, 9, _CHAIN), (7, 8, 9, _CHAIN + 1), (7, 9, 9, _CHAIN)),
    ),
    "assert_on_curve": Harness(
        "seal", ("assert_on_curve",), "{ M::assert_on_curve([inputs[0], inputs[1]]); [0] }",
        on_curve, (GRUMPKIN.generator, (0, 0), (1, 1)),
    ),
    "to_scalar": Harness(
        "seal", ("to_scalar",), "{ let scalar = M::to_scalar(inputs[0]); [scalar.lo, scalar.hi] }",
        lambda value: [value % 2**128, value >> 128],
        ((5,), (0,), (2**128,), (2**200 + 2**127,), (FIELD_ORDER - 2**200,)), aim_limbs, ("to_limbs",),
    ),
}  # fmt: skip
