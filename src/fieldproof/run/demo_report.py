"""What the demo showed, and whether all of it held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fieldproof.audit import AuditReport, Verdict
from fieldproof.device import EXPECTED_REASONS, Behaviour, Sent
from fieldproof.protocol import UNIT_WEI
from fieldproof.prove import Proof
from fieldproof.run.demo_cast import BRAGGART, Player
from fieldproof.run.node import Node
from fieldproof.run.results import Results
from fieldproof.run.settling import Settled
from fieldproof.run.withdrawing import Withdrawal

WINDOWS = 3
_WEI_PER_TOKEN = 10**18


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that the demo is to show."""

    text: str
    holds: bool


@dataclass(frozen=True, slots=True)
class DemoRow:
    """One device over all windows."""

    device: str
    number: int
    owner: int
    gain: str
    readings: int
    points: int
    tokens: float
    refused_or_void: str


@dataclass(frozen=True, slots=True)
class DemoCost:
    """What it cost."""

    gates: int
    proofs: int
    proof_seconds: float
    """Median, witness included."""
    peak_bytes: int
    gas_per_device_window: float
    """Posting and crediting over settled devices."""
    reference_string: str


@dataclass(frozen=True, slots=True)
class DemoReport:
    """Everything that the demo tells."""

    rows: tuple[DemoRow, ...]
    claims: tuple[Claim, ...]
    cost: DemoCost
    withdrawn_tokens: float
    altered: tuple[str, ...]
    """What the audit says of the altered copy."""
    folder: Path

    @property
    def holds(self) -> bool:
        """Whether every claim holds."""
        return all(claim.holds for claim in self.claims)


def judge(
    *,
    node: Node,
    folder: Path,
    players: Sequence[Player],
    results: Results,
    sent: Mapping[str, tuple[Sent, ...]],
    proofs: Sequence[Proof],
    settled: Sequence[Settled],
    withdrawal: Withdrawal,
    audit: AuditReport,
    altered_audit: AuditReport,
    altered_place: tuple[int, int],
    expected: Mapping[tuple[int, str], int],
    numbers: Mapping[str, int],
) -> DemoReport:
    """Compare what happened with what must have happened."""
    by_place = {(each.window, each.device): each for each in results.devices}
    pool_units = node.blueprint.settings.pool_wei // UNIT_WEI
    credited_units = sum(each.credited_units for each in results.credited)
    braggart = numbers[players[BRAGGART].name]
    owned = [player for player in players if player.owner == 0]
    cheats = [player for player in players if player.behaviour is not Behaviour.HONEST]
    named = {(each.window, each.device) for each in altered_audit.select(Verdict.DISAGREES)}
    claims = (
        Claim("three windows were proven, verified by the contract and credited", _is_whole(results)),
        Claim(
            "every device got what the plain Python function gives over its readings, to the unit",
            all(by_place[window, numbers[name]].units == units for (window, name), units in expected.items()),
        ),
        Claim(
            "three cheats were refused, each for its own reason",
            all(_is_refused(player, sent.get(player.name, ())) for player in cheats) and len(cheats) == 3,
        ),
        Claim(
            "who claimed more sun than the sky holds is void and earned nothing",
            all(
                each.units == 0 and each.void is not None
                for each in results.devices
                if each.device == braggart
            ),
        ),
        Claim("no more was credited than the pools hold", 0 < credited_units <= WINDOWS * pool_units),
        Claim(
            "an owner withdrew exactly what its devices earned",
            withdrawal.amount_wei
            == withdrawal.balance_wei
            == sum(results.sum_units(numbers[player.name]) for player in owned) * UNIT_WEI,
        ),
        Claim(
            "the audit recomputed every reward from the export and the chain, and agrees",
            audit.agrees and len(audit.results) == len([each for each in results.devices if each.is_sealed]),
        ),
        Claim(
            "the audit of an altered copy names the device and the window",
            not altered_audit.agrees and altered_place in named,
        ),
    )
    return DemoReport(
        rows=tuple(_make_row(player, numbers[player.name], results) for player in players),
        claims=claims,
        cost=_compute_cost(node, results, proofs, settled),
        withdrawn_tokens=withdrawal.amount_wei / _WEI_PER_TOKEN,
        altered=tuple(
            f"window {each.window}, device {each.device}: {each.detail}"
            for each in altered_audit.select(Verdict.DISAGREES)
            if each.device is not None
        ),
        folder=folder,
    )


def _is_whole(results: Results) -> bool:
    return len(results.windows) == WINDOWS and len(results.posted) == len(results.credited) > WINDOWS


def _is_refused(player: Player, sent: Sequence[Sent]) -> bool:
    reasons = {each.refusal.reason for each in sent if each.refusal is not None}
    return reasons == {EXPECTED_REASONS[player.behaviour]}


def _make_row(player: Player, number: int, results: Results) -> DemoRow:
    own = [each for each in results.devices if each.device == number]
    remarks = [reason.value for each in own for reason in each.refusals]
    remarks += [each.void.split(": ", 1)[-1] for each in own if each.void]
    return DemoRow(
        device=player.name,
        number=number,
        owner=player.owner,
        gain=str(player.gain),
        readings=sum(each.readings for each in own),
        points=sum(each.points for each in own),
        tokens=sum(each.units for each in own) * UNIT_WEI / _WEI_PER_TOKEN,
        refused_or_void=", ".join(f"{remarks.count(text)}x {text}" for text in dict.fromkeys(remarks)),
    )


def _compute_cost(
    node: Node, results: Results, proofs: Sequence[Proof], settled: Sequence[Settled]
) -> DemoCost:
    seconds = sorted(proof.witness_seconds + proof.proving_seconds for proof in proofs)
    gas = sum(each.inclusion.gas_used for each in settled)
    return DemoCost(
        gates=node.circuit.gate_count,
        proofs=len(proofs),
        proof_seconds=seconds[len(seconds) // 2],
        peak_bytes=max(proof.peak_bytes for proof in proofs),
        gas_per_device_window=gas / sum(each.is_sealed for each in results.devices),
        reference_string=node.circuit.reference_string.description,
    )
