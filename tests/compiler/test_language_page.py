"""The reference page of the language says what the compiler does."""

import re
from pathlib import Path

from fieldproof.compiler import capture, check, compile_network, to_python
from fieldproof.compiler.authoring import SIZED_INTEGERS
from fieldproof.compiler.capture import BUILTIN_FUNCTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "language.md").read_text()
EXAMPLE = re.search(r"```python\n(.*?)```", PAGE, re.S).group(1)


def test_the_example_compiles_and_runs():
    assert check({"network.py": EXAMPLE}) == ()
    python = to_python(compile_network(capture({"network.py": EXAMPLE})))
    rows = [(60_000 * minute, 1500 + 100 * (minute % 2)) for minute in range(60)]
    assert python(rows, (8,), 0).points == 30 * 8 // 10
    assert python(rows[:29], (8,), 0).void.message == "fewer than half of the minutes"


def test_the_page_names_every_word_of_the_language():
    for word in (*BUILTIN_FUNCTIONS, *SIZED_INTEGERS):
        assert re.search(rf"\b{word}\b", PAGE), word
