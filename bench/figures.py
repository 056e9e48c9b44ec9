"""Measured figures, the aims they are held to, and the three ways to print them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

_PREFACE = """Written by `python -m bench --page docs/performance.md`, all of it in one run (`make bench`
prints the same), but for its last part. Ratios are between figures of this run; seconds and messages a
second are the machine's and vary with what else it does, gates and gas do not."""
_COMPILER_PREFACE = "Written by `make bench-compiler`, all of it in one run."
_COMPILER_TITLE = "# The compiler"
_ALL_MET = "Every aim of this run is met."


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number."""

    name: str
    value: float
    unit: str
    """Empty for a ratio."""
    at_most: float | None = None
    """The aim, where smaller is better."""
    at_least: float | None = None
    """The aim, where greater is better."""

    @property
    def is_met(self) -> bool | None:
        """Whether the aim is met; None without one."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return None if self.at_least is None else self.value >= self.at_least

    @property
    def shown(self) -> str:
        """The value with its unit."""
        if self.unit == "%":
            return f"{self.value:.1%}"
        if not self.unit:
            return f"{self.value:.2f}"
        if self.unit == "s":
            return f"{self.value:.3f} s" if self.value < 1 else f"{self.value:.2f} s"
        return f"{_show(self.value)} {self.unit}"

    @property
    def shown_aim(self) -> str:
        """The aim and whether it is met; empty without one."""
        if self.is_met is None:
            return ""
        bound = self.at_least if self.at_most is None else self.at_most
        sign = "≥" if self.at_most is None else "≤"
        text = f"{bound:.0%}" if self.unit == "%" else _show(bound or 0)
        return f"{sign} {text}: {'met' if self.is_met else 'missed'}"


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that belong together, the inputs they were measured with, and what they do not show."""

    title: str
    inputs: str
    figures: tuple[Figure, ...]
    limits: str


def render_text(sections: Iterable[Section]) -> str:
    """Return the sections for a terminal."""
    return "\n".join(
        "\n".join(["", section.title, section.inputs, *_render_columns(section.figures), section.limits])
        for section in sections
    )


def render_markdown(head: Sequence[str], sections: Sequence[Section]) -> str:
    """Return a page about one run."""
    return render_page("# Performance", _PREFACE, head, sections)


def update_page(page: str, head: Sequence[str], sections: Sequence[Section], *, is_compiler: bool) -> str:
    """Return the page with one of its two parts, the compiler's or all the rest, written anew."""
    rest, title, compiler = page.partition(f"\n{_COMPILER_TITLE}\n")
    if is_compiler:
        return f"{rest.rstrip()}\n\n{render_page(_COMPILER_TITLE, _COMPILER_PREFACE, head, sections)}\n"
    return f"{render_markdown(head, sections)}\n{title}{compiler}"


def render_page(title: str, preface: str, head: Sequence[str], sections: Sequence[Section]) -> str:
    """Return a page, or a part of one, that begins with what misses its aim."""
    missed = [
        f"{section.title.lower()}, {figure.name}: {figure.shown}, aim {figure.shown_aim}"
        for section in sections
        for figure in section.figures
        if figure.is_met is False
    ]
    lines = [title, "", preface, "", *(f"- {line}" for line in head), ""]
    lines += ["What misses its aim:", "", *(f"- {each}" for each in missed)] if missed else [_ALL_MET]
    for section in sections:
        lines += ["", f"## {section.title}", "", section.inputs, "", "| figure | measured | aim |"]
        lines += ["| --- | ---: | --- |"]
        lines += [f"| {each.name} | {each.shown} | {each.shown_aim} |" for each in section.figures]
        lines += ["", section.limits]
    return "\n".join(lines)


def to_document(head: Sequence[str], sections: Iterable[Section]) -> dict[str, Any]:
    """Return everything as a JSON document."""
    return {
        "machine": list(head),
        "sections": [
            {**asdict(section), "figures": [{**asdict(e), "is_met": e.is_met} for e in section.figures]}
            for section in sections
        ],
    }


def _render_columns(figures: Sequence[Figure]) -> list[str]:
    name = max(len(each.name) for each in figures)
    value = max(len(each.shown) for each in figures)
    return [f"  {each.name:{name}}  {each.shown:>{value}}  {each.shown_aim}".rstrip() for each in figures]


def _show(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
