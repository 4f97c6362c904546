"""Draws the legal lifecycle as SVG, read from the state machine itself, so that the picture cannot be wrong."""

from dataclasses import dataclass
from html import escape

from django.utils.translation import override

from agreements import lifecycle
from agreements.models import Agreement

WIDTH, HEIGHT, GAP, LEFT, TOP = 152, 46, 58, 24, 150
BELOW = TOP + HEIGHT + 190
ENDS = {"withdrawn": 1, "terminated": 4, "superseded": 5}  # column under which a final state stands
STYLE = (
    "text{font:13px sans-serif;fill:#16202c}.s{fill:#e8f0fb;stroke:#1557b0}.f{fill:#eef1f5;stroke:#6b7787}"
    "path{fill:none;stroke-width:1.5}.go{stroke:#17693f}.back{stroke:#9a5b00;stroke-dasharray:5 3}"
    ".end{stroke:#6b7787;stroke-dasharray:2 3}.l{font-size:11px}.g{font-size:10px;fill:#475467}"
)


@dataclass(frozen=True)
class Move:
    """One transition of the machine."""

    name: str
    source: str
    target: str
    kind: str  # go | back | end
    conditions: tuple[str, ...]


def moves() -> list[Move]:
    """Every (transition, source) of the agreement, in the order of the path."""
    field = Agreement._meta.get_field("state")
    order = list(lifecycle.STATES)
    found = [
        Move(
            one.name,
            str(one.source),
            str(one.target),
            _kind(one.custom),
            tuple(condition.__name__ for condition in one.conditions),
        )
        for one in field.get_all_transitions(Agreement)
    ]
    return sorted(found, key=lambda m: (order.index(m.source), order.index(m.target), m.name))


def _kind(custom: dict[str, object]) -> str:
    return "go" if custom.get("advance") else "back" if custom.get("back") else "end"


def svg() -> str:
    """The whole picture; the same machine always gives the same text."""
    width = LEFT * 2 + len(lifecycle.PATH) * (WIDTH + GAP) - GAP
    with override("en"):
        parts = [_box(state) for state in lifecycle.STATES]
    parts += [_arrow(move) for move in moves()]
    marks = "".join(
        f'<marker id="{kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" style="fill:{colour};stroke:none"/></marker>'
        for kind, colour in (("go", "#17693f"), ("back", "#9a5b00"), ("end", "#6b7787"))
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {BELOW + HEIGHT + 56}" role="img" '
        'aria-label="Lifecycle of a resettlement agreement">'
    )
    legend = (
        f'<text class="l" x="{LEFT}" y="{BELOW + HEIGHT + 40}">Solid green: advance, the one available transition '
        "when a stage has passed. Dashed amber: return. Dotted grey: end or reopening. "
        "Conditions appear when pointing at an arrow. Drawn by manage.py draw_lifecycle.</text>"
    )
    return "\n".join([head, f"<style>{STYLE}</style><defs>{marks}</defs>", *parts, legend, "</svg>", ""])


def _corner(state: str) -> tuple[int, int]:
    if state in ENDS:
        return LEFT + ENDS[state] * (WIDTH + GAP), BELOW
    return LEFT + lifecycle.PATH.index(state) * (WIDTH + GAP), TOP


def _box(state: str) -> str:
    x, y = _corner(state)
    kind = "f" if state in ENDS or state == "completed" else "s"
    middle = x + WIDTH // 2
    return (
        f'<rect class="{kind}" x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
        f'<text x="{middle}" y="{y + 20}" text-anchor="middle">{escape(str(lifecycle.STATES[state]))}</text>'
        f'<text class="g" x="{middle}" y="{y + 36}" text-anchor="middle">{state}</text>'
    )


def _arrow(move: Move) -> str:
    """Forward above the row, backward below it, ends downwards."""
    (x1, y1), (x2, y2) = _corner(move.source), _corner(move.target)
    if move.target in ENDS:
        return _line(move, f"M{x1 + 96} {y1 + HEIGHT}L{x2 + WIDTH // 2} {y2}", 0, 0, label=False)
    steps = abs(lifecycle.PATH.index(move.target) - lifecycle.PATH.index(move.source))
    middle = (x1 + x2 + WIDTH) // 2
    if move.kind == "go" and steps == 1:
        path, height = f"M{x1 + WIDTH} {y1 + 23}L{x2} {y2 + 23}", y1 - 12
    elif move.kind == "go":
        reach = 46 * (steps - 1) + 30
        path = f"M{x1 + 76} {y1}C{x1 + 76} {y1 - reach} {x2 + 46} {y2 - reach} {x2 + 46} {y2}"
        height = y1 - int(reach * 0.75) - 6
    else:
        reach = 62 * steps - 8
        path = (
            f"M{x1 + 40} {y1 + HEIGHT}C{x1 + 40} {y1 + HEIGHT + reach} {x2 + 80} {y2 + HEIGHT + reach} "
            f"{x2 + 80} {y2 + HEIGHT}"
        )
        height = y1 + HEIGHT + int(reach * 0.75) + 14
    return _line(move, path, middle, height)


def _line(move: Move, path: str, x: int, y: int, label: bool = True) -> str:
    drawn = f'<path class="{move.kind}" d="{path}" marker-end="url(#{move.kind})"><title>{_told(move)}</title></path>'
    if not label:
        return drawn
    words = f"{move.name}<title>{_told(move)}</title>"
    return drawn + f'<text class="l" x="{x}" y="{y}" text-anchor="middle">{words}</text>'


def _told(move: Move) -> str:
    when = f" when {', '.join(name.replace('_', ' ') for name in move.conditions)}" if move.conditions else ""
    return escape(f"{move.name}: {move.source} to {move.target}{when}")
