"""What a run of the yardstick network says, as figures with their aims."""

import statistics
from collections.abc import Sequence

from bench.figures import Figure, Section
from bench.settling import SettlingRun
from bench.stopwatch import STAGES

LARGEST_RATIO = {16: 1.5, 256: 1.3}
LARGEST_HASHING_SHARE = {256: 0.1}
LARGEST_GAS = {256: 6_000.0}
_MIB = 2**20


def build_sections(runs: Sequence[SettlingRun]) -> tuple[Section, ...]:
    """Return the sections on time, gas and memory."""
    return _build_times(runs), _build_gas(runs), _build_memory(runs)


def _build_times(runs: Sequence[SettlingRun]) -> Section:
    figures: list[Figure] = []
    for run in runs:
        place = f"{run.capacity} devices"
        median = run.compute_median
        figures += [
            Figure(f"{place}: closed to paid", median(lambda each: each.paid_s), "s"),
            Figure(f"{place}: bare proof", median(lambda each: each.bare_s), "s"),
            Figure(f"{place}: one block", median(lambda each: each.block_s), "s"),
            Figure(
                f"{place}: ratio",
                median(lambda each: each.ratio),
                "",
                at_most=LARGEST_RATIO.get(run.capacity),
            ),
            Figure(f"{place}: first window, closed to paid", run.windows[0].paid_s, "s"),
            Figure(
                f"{place}: hashing and checking seals, of closing and checking",
                median(lambda each: each.hashing_share),
                "%",
                at_most=LARGEST_HASHING_SHARE.get(run.capacity),
            ),
        ]
        for stage in STAGES:
            seconds = statistics.median(each.stages[stage] for each in run.windows[1:])
            figures.append(Figure(f"{place}: … until {stage}", seconds, "s"))
    counts = ", ".join(f"{len(run.windows)} windows of {run.capacity} devices" for run in runs)
    return Section(
        "From closed to paid",
        f"The yardstick network, 60 readings a device, credited by its posting: {counts}; medians without "
        "the first window, in which solver and prover start. Closed: the node's clock passes end and grace. "
        "Paid: the first and the last device's balances on chain have grown. Bare proof: the same witness "
        "by another bb process, key at hand, two threads, after each window; the ratio is the median of "
        "the windows' own, over bare proof and one block. Hashing and checking: every seal's signature, "
        "digest and message and the window root, one after another as gateway and prover do, over that and "
        "the time from closed to paid.",
        tuple(figures),
        "Not shown: a public chain, whose blocks take seconds; several cohorts at once; a gateway and a "
        "prover on different machines. The devices run in the node's process, but not while time is taken.",
    )


def _build_gas(runs: Sequence[SettlingRun]) -> Section:
    figures: list[Figure] = []
    for run in runs:
        place = f"{run.capacity} devices"
        later = statistics.median(run.posting_gas[1:])
        figures += [
            Figure(f"{place}: posting and crediting, first window", run.posting_gas[0], "gas"),
            Figure(f"{place}: posting and crediting, later windows", later, "gas"),
            Figure(f"{place}: device-window, first", run.posting_gas[0] / run.capacity, "gas"),
            Figure(
                f"{place}: device-window, later",
                later / run.capacity,
                "gas",
                at_most=LARGEST_GAS.get(run.capacity),
            ),
        ]
        for algorithm, gas in run.registration_gas.items():
            name = f"{place}: registration, {algorithm.name}"
            figures.append(Figure(f"{name}, median", statistics.median(gas), "gas"))
            figures.append(Figure(f"{name}, dearest", max(gas), "gas"))
        figures.append(Figure(f"{place}: registered in", run.enrolment_s, "s"))
    return Section(
        "Gas",
        "From the receipts of the same runs; a posting credits at once. Public inputs of the statement: "
        + ", ".join(f"{run.public_inputs} with {run.capacity} devices" for run in runs)
        + ".",
        tuple(figures),
        "Not shown: networks whose postings add up until a deadline pay for crediting apart; chains with a "
        "fee for data beside the gas. This chain has a precompiled contract for P-256; where there is none a "
        "registration by ES256 takes about 260,000 more. The dearest registration is the first of a cohort.",
    )


def _build_memory(runs: Sequence[SettlingRun]) -> Section:
    names = {"bb": "bb, proving", "node": "witness solver (Node)", "self": "node process", "anvil": "chain"}
    figures = [Figure(f"{run.capacity} devices: circuit", run.gates, "gates") for run in runs]
    for run in runs:
        figures += [
            Figure(f"{run.capacity} devices: {shown}", run.peak_bytes[name] / _MIB, "MiB")
            for name, shown in names.items()
            if name in run.peak_bytes
        ]
        if run.start_peak_bytes:
            shown = f"{run.capacity} devices: node process while it starts"
            figures.append(Figure(shown, run.start_peak_bytes / _MIB, "MiB"))
    return Section(
        "Peak memory",
        "Greatest resident memory of each process, as the system counts it; the node's own process holds the "
        "devices and the bench, too. While it starts it opens two keystores, 256 MiB each by their format.",
        tuple(figures),
        "Not shown: the compiler, which runs once for a circuit and then never again.",
    )
