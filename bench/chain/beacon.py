"""What the chain's beacon costs, and how even its draws are."""

import hashlib
import statistics
import time
from collections.abc import Sequence

from bench.figures import Figure, Section
from fieldproof.chain.beacon import (
    BeaconKey,
    Dealing,
    Round,
    compute_dealing,
    compute_opening,
    draw_committee,
    verify_dealing,
    verify_opening,
)

MARKS_MS = {36: (10, 12), 100: (25, 30)}
"""Members of the pool; milliseconds to make a dealing and to check one."""
RUNS = 21
DRAWS, POOL, SEATS = 100_000, 36, 24


def measure_dealings() -> Section:
    """Make, check and open dealings for pools of several sizes."""
    figures: list[Figure] = []
    for size, (make_ms, check_ms) in MARKS_MS.items():
        keys = [BeaconKey(_make_bytes(index)) for index in range(size)]
        operators = tuple(_make_bytes(index)[:20] for index in range(size))
        pool = Round(31337, 1, bytes(32), tuple(key.public_key for key in keys), operators)
        times = [_time_dealing(pool, dealer % size, keys[dealer % size]) for dealer in range(RUNS)]
        made, checked, opened = (1_000 * statistics.median(each) for each in zip(*times, strict=True))
        figures += [
            Figure(f"{size} members: to make a dealing", made, "ms", at_most=make_ms),
            Figure(f"{size} members: to read and check one", checked, "ms", at_most=check_ms),
            Figure(f"{size} members: to check an opening", opened, "ms"),
            Figure(f"{size} members: a dealing", len(compute_dealing(pool, 0, keys[0]).encode()), "bytes"),
        ]
    return Section(
        "Beacon",
        f"One thread, median of {RUNS} dealers.",
        tuple(figures),
        "Not shown: the transactions that carry it, and many dealings in one block.",
    )


def _time_dealing(pool: Round, dealer: int, key: BeaconKey) -> tuple[float, float, float]:
    start = time.perf_counter()
    data = compute_dealing(pool, dealer, key).encode()
    made = time.perf_counter()
    dealing = Dealing.decode(data, pool.size)
    verify_dealing(pool, dealer, dealing)
    checked = time.perf_counter()
    opening = compute_opening(pool, dealer, key)
    shown = time.perf_counter()
    verify_opening(pool, dealer, dealing, opening)
    return made - start, checked - made, time.perf_counter() - shown


def measure_draws() -> Section:
    """Draw many committees and measure how evenly."""
    start = time.perf_counter()
    counts = count_drawn(DRAWS, POOL, SEATS)
    drawn_ms = 1_000 * (time.perf_counter() - start) / DRAWS
    figures = (
        Figure("a draw", drawn_ms, "ms"),
        Figure("chi-square over the members", compute_chi_square(counts, DRAWS, SEATS), "", at_most=66.62),
        Figure("drawn least often", min(counts), "times"),
        Figure("drawn most often", max(counts), "times"),
    )
    return Section(
        "Draws",
        f"{DRAWS:,} draws of {SEATS} out of {POOL} from the hashes of 0, 1, …; each member is expected "
        f"{DRAWS * SEATS // POOL:,} times. Chi-square with {POOL - 1} degrees of freedom: of even draws one "
        "run in a thousand is beyond the aim.",
        figures,
        "Not shown: that seeds are random, which is the beacon's part.",
    )


def count_drawn(draws: int, pool: int, seats: int) -> list[int]:
    """Return how often each member is drawn from the hashes of the first numbers."""
    counts = [0] * pool
    for index in range(draws):
        for member in draw_committee(_make_bytes(index), pool, seats):
            counts[member] += 1
    return counts


def compute_chi_square(counts: Sequence[int], draws: int, seats: int) -> float:
    """Return chi-square with one degree of freedom less than members.

    No draw has a member twice: a count has variance draws · f · (1 − f), f the share of the pool that is
    drawn, and counts hang together so that (members − 1) ÷ members makes it chi-square.
    """
    members = len(counts)
    expected = draws * seats / members
    spread = expected * (1 - seats / members) * members / (members - 1)
    return sum((count - expected) ** 2 for count in counts) / spread


def _make_bytes(index: int) -> bytes:
    return hashlib.sha256(b"fieldproof bench %d" % index).digest()
