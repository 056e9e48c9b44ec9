"""A program's gates as a picture: bars in the terminal, and a drawing in SVG."""

import zlib
from collections.abc import Iterator, Sequence
from html import escape

from fieldproof.compiler import PartCost
from fieldproof.compiler.flame import Flame

_BAR_CELLS = 20
_EIGHTHS = " ▏▎▍▌▋▊▉"
_SOURCE_CHARACTERS = 60
_LEAST_SHARE = 0.005
"""Smaller parts are drawn in the picture and left out of the terminal."""

_WIDTH = 1200
_MARGIN = 16
_ROW = 24
_GAP = 1
_CHARACTER = 6.7
"""Width of a character of the drawing's 11 px monospaced type."""
_PART_COLOURS = ("#5b7c99", "#7593ad", "#8ba6bd", "#6c8a8a", "#87a3a3", "#9aa5b1", "#c8553d")


def render_text(flame: Flame) -> str:
    """Return functions, their lines and what these compute, each with a bar for its share."""
    rows = [("", "gates", "share", "")]
    rows += [_make_row(text, part, flame.gates) for text, part in _walk(flame, 0, flame.gates)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = (
        f"{text:<{widths[0]}}  {gates:>{widths[1]}}  {share:>{widths[2]}}  {bar}".rstrip()
        for text, gates, share, bar in rows
    )
    return "\n".join(lines)


def _walk(flame: Flame, depth: int, whole: float) -> Iterator[tuple[str, Flame]]:
    for part in flame.parts:
        if part.gates < _LEAST_SHARE * whole:
            continue
        yield "  " * depth + _name(part), part
        # What a line is made of matters where it is much, and where it is more than one thing.
        if part.line is None or (len(part.parts) > 1 and part.gates > 10 * _LEAST_SHARE * whole):
            yield from _walk(part, depth + 1, whole)


def _name(part: Flame) -> str:
    if part.line is not None:
        text = part.name
        if len(text) > _SOURCE_CHARACTERS:
            text = text[: _SOURCE_CHARACTERS - 1] + "…"
        return f"{part.line:>4} {text}"
    if part.path is not None:
        return f"{part.name} ({part.path})"
    return f"     {part.name} ×{part.times:,}" if part.times else f"     {part.name}"


def _make_row(text: str, part: Flame, whole: float) -> tuple[str, str, str, str]:
    share = part.gates / whole if whole else 0.0
    eighths = round(share * _BAR_CELLS * 8)
    bar = "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
    return text, f"{part.gates:,.0f}", f"{share:.1%}", bar


def render_svg(title: str, parts: Sequence[PartCost], flame: Flame) -> str:
    """Return a drawing: the parts of the circuit in one bar, and the program below it, wider downwards.

    Whatever is too narrow for its name shows it when it is pointed at.
    """
    whole = sum(part.gates for part in parts)
    depth = _measure_depth(flame) - 1
    top = 2 * _MARGIN + 14
    below = top + _ROW + 2 * _MARGIN + 14
    height = below + depth * _ROW + 2 * _MARGIN
    shapes = [
        _draw_text(_MARGIN, _MARGIN + 8, f"{title}: {whole:,.0f} gates", bold=True),
        *_draw_parts(parts, whole, top),
        _draw_text(_MARGIN, below - 10, f"the program: {flame.gates:,.0f} gates", bold=True),
        *_draw_flame(flame, float(_MARGIN), below, (_WIDTH - 2 * _MARGIN) / max(flame.gates, 1e-9), 0),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
            f'height="{height}" font-family="ui-monospace, DejaVu Sans Mono, monospace" font-size="11">',
            f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
            *shapes,
            "</svg>",
            "",
        ]
    )


def _measure_depth(flame: Flame) -> int:
    return 1 + max((_measure_depth(part) for part in flame.parts), default=0)


def _draw_parts(parts: Sequence[PartCost], whole: float, top: int) -> Iterator[str]:
    left = float(_MARGIN)
    for number, part in enumerate(parts):
        width = part.gates / whole * (_WIDTH - 2 * _MARGIN)
        colour = _PART_COLOURS[-1] if part.name == "program" else _PART_COLOURS[number % 6]
        share = f"{part.name}: {part.gates:,.0f} gates, {part.gates / whole:.1%}"
        yield _draw_box((left, top, width), colour, f"{part.name} {part.gates:,.0f}", share, "#ffffff")
        left += width


def _draw_flame(flame: Flame, left: float, top: int, scale: float, depth: int) -> Iterator[str]:
    for part in flame.parts:
        width = part.gates * scale
        place = f"{part.path}:{part.line}: " if part.line is not None else ""
        label = f"{part.line} {part.name}" if part.line is not None else part.name
        times = f" ×{part.times:,}" if part.times else ""
        tip = f"{place}{part.name}{times}: {part.gates:,.0f} gates"
        yield _draw_box((left, top, width), _pick_colour(part, depth), label + times, tip, "#3a1d0c")
        yield from _draw_flame(part, left, top + _ROW, scale, depth + 1)
        left += width


def _pick_colour(part: Flame, depth: int) -> str:
    """Return a warm colour, the same for the same name in every drawing."""
    kind = zlib.crc32(part.name.encode())
    hue, lightness = 18 + kind % 28, 70 + 4 * depth + kind // 28 % 5
    return f"hsl({hue}, 85%, {min(lightness, 86)}%)"


def _draw_box(place: tuple[float, int, float], colour: str, label: str, tip: str, ink: str) -> str:
    left, top, width = place
    room = int((width - 8) / _CHARACTER)
    shown = label if len(label) <= room else label[: room - 1] + "…" if room > 3 else ""
    text = f'<text x="{left + 4:.1f}" y="{top + 15}" fill="{ink}">{escape(shown)}</text>' if shown else ""
    return (
        f"<g><title>{escape(tip)}</title>"
        f'<rect x="{left:.2f}" y="{top}" width="{max(width - _GAP, 0.3):.2f}" height="{_ROW - _GAP}" rx="2" '
        f'fill="{colour}"/>{text}</g>'
    )


def _draw_text(left: float, top: int, text: str, *, bold: bool) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{left}" y="{top}" font-size="13"{weight} fill="#222222">{escape(text)}</text>'
