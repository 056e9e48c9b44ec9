"""A report as text for people and as JSON for programs. The same report gives the same bytes."""

from typing import Any

from fieldproof.audit.report import AuditReport, Finding, Verdict
from fieldproof.settle import format_amount


def render_text(report: AuditReport) -> str:
    """Return the report for a terminal: what disagrees first, then every device."""
    lines = [
        f"Audit of {report.network_name or 'a network whose source cannot be read'}",
        f"  network    0x{report.network_id.hex()}",
        f"  settlement 0x{report.settlement.hex()} on chain {report.chain_id}, block {report.head.number}",
        "",
    ]
    for verdict, title in (
        (Verdict.DISAGREES, "Disagrees"),
        (Verdict.UNCHECKED, "Could not be checked"),
        (Verdict.NOTED, "Noted"),
    ):
        found = report.select(verdict)
        if found:
            lines += [f"{title}:", *(f"  {describe_finding(finding)}" for finding in found), ""]
    lines += [*_render_results(report), "", *_render_balances(report), ""]
    lines += ["Not part of this audit:", *(f"  {text}" for text in report.assumptions), ""]
    return "\n".join([*lines, _render_summary(report), ""])


def to_json(report: AuditReport) -> dict[str, Any]:
    """Return the report as plain JSON values; amounts in units as integers, in tokens as decimal text."""
    return {
        "network": report.network_name,
        "network_id": f"0x{report.network_id.hex()}",
        "chain_id": report.chain_id,
        "settlement": f"0x{report.settlement.hex()}",
        "block": {
            "number": report.head.number,
            "hash": f"0x{report.head.block_hash.hex()}",
            "time_s": report.head.time_s,
        },
        "agrees": report.agrees,
        "complete": report.is_complete,
        "unit_wei": report.unit_wei,
        "results": [
            {
                "window": result.window,
                "cohort": result.cohort,
                "device": result.device,
                "readings": result.readings,
                "posted_points": result.posted_points,
                "computed_points": result.computed_points,
                "void": result.void,
                "credited_units": result.credited_units,
            }
            for result in report.results
        ],
        "balances": [
            {
                "device": balance.device,
                "credited_units": balance.credited_units,
                "withdrawn_units": balance.withdrawn_units,
                "balance_units": balance.balance_units,
                "balance_tokens": format_amount(balance.balance_units * report.unit_wei),
            }
            for balance in report.balances
        ],
        "states": [
            {
                "device": each.device,
                "last_window": each.carried.last_window,
                "state": dict(each.carried.values),
            }
            for each in report.states
        ],
        "findings": [
            {
                "verdict": finding.verdict.value,
                "check": finding.check.value,
                "window": finding.window,
                "cohort": finding.cohort,
                "device": finding.device,
                "detail": finding.detail,
            }
            for finding in report.findings
        ],
        "assumptions": list(report.assumptions),
    }


def describe_finding(finding: Finding) -> str:
    """Return a finding in one line that names window and device."""
    places = (("window", finding.window), ("device", finding.device))
    named = [f"{name} {number}" for name, number in places if number is not None]
    if finding.device is None and finding.cohort is not None:
        named.append(f"cohort {finding.cohort}")
    return f"{', '.join(named) or 'network'}: {finding.check.value}: {finding.detail}"


def _render_results(report: AuditReport) -> list[str]:
    lines = [
        f"{'window':>8} {'device':>7} {'readings':>9} {'posted':>12} {'computed':>12}  {'tokens':<20} result"
    ]
    for result in report.results:
        tokens = format_amount(result.credited_units * report.unit_wei)
        readings = "-" if result.readings is None else result.readings
        computed = "-" if result.computed_points is None else result.computed_points
        word = "unchecked" if result.computed_points is None else "agrees" if result.agrees else "DISAGREES"
        void = f" (void: {result.void})" if result.void else ""
        lines.append(
            f"{result.window:>8} {result.device:>7} {readings:>9} {result.posted_points:>12} {computed:>12}  "
            f"{tokens:<20} {word}{void}"
        )
    return lines if report.results else ["No window has been settled yet."]


def _render_balances(report: AuditReport) -> list[str]:
    lines = [f"{'device':>8} {'credited':>24} {'withdrawn':>24} {'left':>24}"]
    for balance in report.balances:
        amounts = (balance.credited_units, balance.withdrawn_units, balance.balance_units)
        shown = " ".join(f"{format_amount(units * report.unit_wei):>24}" for units in amounts)
        lines.append(f"{balance.device:>8} {shown}{'' if balance.agrees else '  DISAGREES'}")
    return lines


def _render_summary(report: AuditReport) -> str:
    windows = len({result.window for result in report.results})
    done = sum(result.computed_points is not None for result in report.results)
    scope = f"{done} of {len(report.results)} device-windows in {windows} settled windows recomputed"
    if not report.agrees:
        return f"DISAGREES: {scope}; {len(report.select(Verdict.DISAGREES))} contradictions."
    if not report.is_complete:
        return f"Agrees as far as it could be checked: {scope}."
    return f"Agrees: {scope}; every reward is what the program gives for what the devices sealed."
