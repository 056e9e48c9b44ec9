"""Every constraint of the gadgets as a line of their text, and the gadgets with one of them taken away."""

import re
from dataclasses import dataclass

from fieldproof.prove.gadgets import get_gadgets
from prove.lies import get_lying_gadgets

_CONSTRAINT = re.compile(r"^ *(assert\(|(\w+::)?assert_\w+(::<.*?>)?\(|\S.*\.assert_max_bit_size::<).*;$")
_FUNCTION = re.compile(r"^(?:pub )?fn (\w+)")
_EXACT = re.compile(r"\.assert_max_bit_size::<(\w+)>")

SLACK = {
    ("integers", "assert_quotient"): "three bits lie between the widest quotient and a wrap",
    ("seal", "to_scalar"): "the two checks of the upper limb bound each other",
}
"""Exact ranges that could be a bit wider, by file and function, and why."""


@dataclass(frozen=True)
class Mutant:
    """One gadget file with a constraint deleted, or its range a bit wider."""

    module: str
    function: str
    line: str
    kind: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.module}::{self.function}: {self.kind} `{self.line}`"


def get_modules() -> list[str]:
    """The files that hold constraints, without hints and the list of modules."""
    names = [path.removeprefix("gadgets/").removesuffix(".nr") for path in get_gadgets()]
    return [name for name in names if name not in ("hints", "mod")]


def get_constraints(module: str) -> list[tuple[str, int, str]]:
    """Function, place in the text and text of each line that is a constraint."""
    found = []
    function = ""
    for place, line in enumerate(get_gadgets()[f"gadgets/{module}.nr"].splitlines()):
        if match := _FUNCTION.match(line):
            function = match[1]
        elif _CONSTRAINT.match(line):
            found.append((function, place, line.strip()))
    return found


def get_mutants(module: str, functions: tuple[str, ...]) -> list[Mutant]:
    lines = get_gadgets()[f"gadgets/{module}.nr"].splitlines()
    mutants = []
    for function, place, line in get_constraints(module):
        if function not in functions:
            continue

        def change(kind: str, text: str, at: int = place, within: str = function, of: str = line) -> Mutant:
            changed = [*lines[:at], text, *lines[at + 1 :]]
            return Mutant(module, within, of, kind, make_standalone("\n".join(changed)))

        mutants.append(change("without", ""))
        widened, count = _EXACT.subn(r".assert_max_bit_size::<\1 + 1>", lines[place])
        if count and (module, function) not in SLACK:
            mutants.append(change("wider", widened))
    return mutants


def make_standalone(text: str) -> str:
    """A file of the gadgets as a module of its own beside them, with nothing private."""
    return re.sub(r"^fn ", "pub fn ", text, flags=re.MULTILINE).replace("super::", "crate::gadgets::")


def get_packed_sources(
    module: str, mutants: list[Mutant], body: str, inputs: int, answers: int
) -> dict[str, str]:
    """One program of the untouched gadget (number 0) and its mutants; the input `which` says which runs."""
    gadgets = get_lying_gadgets()
    texts = [make_standalone(gadgets[f"gadgets/{module}.nr"]), *(mutant.text for mutant in mutants)]
    gadgets["gadgets/mod.nr"] = gadgets["gadgets/mod.nr"].replace("\nmod hints", "\npub mod hints")
    main = ["mod gadgets;", *(f"mod m{number};" for number in range(len(texts)))]
    main += ["use gadgets::{bitmap, integers, readings};"]
    main += [f"fn main(which: Field, inputs: [Field; {inputs}]) -> pub [Field; {answers}] {{"]
    main += [f"    let mut answers = [0; {answers}];"]
    main += [
        f"    if which == {number} {{ answers = {body.replace('M::', f'm{number}::')}; }}"
        for number in range(len(texts))
    ]
    main += ["    answers", "}"]
    files = {f"m{number}.nr": text for number, text in enumerate(texts)}
    return {"main.nr": "\n".join(main), **files, **gadgets}
