"""Python's run of a program against the evaluator's."""

from fieldproof.compiler import CompiledNetwork, Inputs, PythonOutcome, PythonProgram, evaluate


def compare(compiled: CompiledNetwork, python: PythonProgram, window: Inputs) -> PythonOutcome:
    """Demand the same points, and voidness in the same line for the same reason."""
    expected = python(
        window.rows,
        window.attributes,
        window.starts_at,
        number=window.number,
        missed=window.missed,
        state=window.state or None,
    )
    found = evaluate(compiled.program, compiled.intervals, window)
    assert found.points == expected.points
    if expected.void is None:
        assert found.void is None
        assert found.outputs[1:] == expected.state
    else:
        assert found.void is not None, expected.void
        assert (found.void.exception, found.void.span.line) == (expected.void.exception, expected.void.line)
        if expected.void.exception in ("AssertionError", "OverflowError"):
            assert found.void.message == expected.void.message
    return expected
