"""A program may be thousands of operations deep: no pass of the compiler recurses over them."""

import pytest

from fieldproof.compiler import capture, compile_network

from .random_frames import PLAIN_START, make_plain

STEPS = 1_500
"""More than Python's limit of recursion."""

DEEP = {
    "statements": ["v = site.a + 5", *(f"v = (v * 3 + {step}) % 97" for step in range(STEPS))],
    "choices": [
        "v = 0",
        *(f"v = (v + {step}) % 50 if site.a > {step % 20} else v" for step in range(STEPS // 3)),
    ],
    "a loop": [
        "v = 0",
        "for s in window:",
        *(f"    v = (v * 2 + s.y) % {90 + step % 7}" for step in range(STEPS)),
    ],
    "assertions": ["v = site.a + 5", *(f"assert site.a != {step + 50}, 'x'" for step in range(STEPS // 3))],
}


@pytest.mark.parametrize("body", DEEP.values(), ids=DEEP)
def test_a_deep_program_compiles(body: list[str]) -> None:
    lines = "".join(f"    {line}\n" for line in [*body, "return v"])
    assert compile_network(capture(make_plain(f"{PLAIN_START}{lines}"))).program.body
