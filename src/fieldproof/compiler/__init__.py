"""From an author's Python to a circuit: capture, check, intermediate form, Noir, cost, and Python's own run.

The way: `capture` reads a source without running it; `compile_network` checks the program and gives the
intermediate form with the bounds of every value; `emit_cohort` writes the circuit; `to_python` and
`evaluate` run the same program in plain Python and in the intermediate form. All agree: the same points,
and void exactly where Python raises.

Writing circuits is loaded when it is first asked for: an audit runs programs where it cannot be imported.
"""

from typing import TYPE_CHECKING, Any

from fieldproof.compiler.authoring import I8, I16, I32, I64, U8, U16, U32, U64, isqrt, program
from fieldproof.compiler.capture import NETWORK_FILE, CapturedNetwork, capture, find_sources
from fieldproof.compiler.compiled import CompiledNetwork, check, compile_network
from fieldproof.compiler.cost import CostReport, LineCost, PartCost, estimate_cost
from fieldproof.compiler.diagnostics import Code, Diagnostic, Span
from fieldproof.compiler.errors import CompileError
from fieldproof.compiler.evaluate import Inputs, Outcome, evaluate
from fieldproof.compiler.interpret import (
    PythonCohortProgram,
    PythonOutcome,
    PythonProgram,
    PythonReport,
    VoidReason,
    to_python,
    to_python_cohort,
)
from fieldproof.compiler.library_source import get_library_version
from fieldproof.compiler.state import get_state_fields, get_state_layout

if TYPE_CHECKING:
    from fieldproof.compiler.emit import EmittedCircuit, emit_cohort

__all__ = [
    "I8",
    "I16",
    "I32",
    "I64",
    "NETWORK_FILE",
    "U8",
    "U16",
    "U32",
    "U64",
    "CapturedNetwork",
    "Code",
    "CompileError",
    "CompiledNetwork",
    "CostReport",
    "Diagnostic",
    "EmittedCircuit",
    "Inputs",
    "LineCost",
    "Outcome",
    "PartCost",
    "PythonCohortProgram",
    "PythonOutcome",
    "PythonProgram",
    "PythonReport",
    "Span",
    "VoidReason",
    "capture",
    "check",
    "compile_network",
    "emit_cohort",
    "estimate_cost",
    "evaluate",
    "find_sources",
    "get_library_version",
    "get_state_fields",
    "get_state_layout",
    "isqrt",
    "program",
    "to_python",
    "to_python_cohort",
]


def __getattr__(name: str) -> Any:
    """Load the back end with the first use of one of its names."""
    if name in ("EmittedCircuit", "emit_cohort"):
        from fieldproof.compiler import emit

        return getattr(emit, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
