"""Draws a route as SVG: bands for states, lanes for tracks, a box for each group with its rule, posts and lead times.

Two pictures of the same: a wide one, and a narrow one for phones, because text in an SVG shrinks with it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from workflow.queries.words import name
from workflow.rules import conditions
from workflow.rules.route import GroupSpec, PlanSpec, RouteSpec, StageSpec, TrackSpec
from workflow.rules.vocabulary import Vocabulary
from workflow.rules.words import source

LINE, PAD, GAP, HEAD = 19, 10, 24, 30
LETTER = 7  # of a heading, on average
# what is not broken: a word with the space behind it; a Chinese character with the punctuation behind it
BREAKABLE = re.compile(
    r"[\u2e80-\uffef][\u3001\u3002\u300b\uff01\uff09\uff0c\uff1a\uff1b\uff1f\u201d]*\s*|[^\s\u2e80-\uffef]+\s*|\s+"
)


@dataclass(frozen=True)
class Size:
    """A picture's width, and how many boxes stand side by side in it, in user units."""

    width: int
    columns: int

    @property
    def box(self) -> int:
        """Width of one box."""
        return (self.width - 2 * PAD - (self.columns - 1) * GAP) // self.columns


NARROW = Size(350, 1)


def wide() -> Size:
    """Four boxes side by side; three where the words are longer."""
    return Size(760, 3 if (get_language() or "").startswith("en") else 4)


@dataclass(frozen=True)
class Marks:
    """What to point out: addresses with their kind (fault | changed | here), and where a click on a part leads."""

    kinds: Mapping[str, str] = field(default_factory=dict)
    link: Callable[[str], str] | None = None

    def of(self, group: GroupSpec) -> str:
        """The weightiest mark of a group and its plans."""
        addresses = [f"group:{group.key}", *(f"plan:{plan.key}" for plan in group.plans)]
        found = {self.kinds.get(address, "") for address in addresses}
        return next((kind for kind in ("here", "fault", "changed") if kind in found), "")


def svg(route: RouteSpec, words: Vocabulary, size: Size = NARROW, marks: Marks | None = None) -> str:
    """The whole picture; the same route always gives the same text."""
    marks, parts, y = marks or Marks(), [], PAD
    for number, stage in enumerate(route.stages, start=1):
        drawn, y = _stage(stage, number, words, size, marks, y)
        parts.append(drawn)
    said = escape(_("Diagram of the route: its states, groups, posts and lead times"))
    head = f'<svg class="rd" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size.width} {y}" role="img"'
    arrow = (
        f'<defs><marker id="rd-{size.width}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto">'
        '<path d="M0 0L8 4L0 8z" class="rd-h"/></marker></defs>'
    )
    return "".join([f'{head} aria-label="{said}">{arrow}', *parts, "</svg>"])


def _stage(stage: StageSpec, number: int, words: Vocabulary, size: Size, marks: Marks, top: int) -> tuple[str, int]:
    label = f"{number} {words.states.get(stage.state, stage.state)}"
    point = str(words.points.get(stage.point, "")) if stage.point else ""
    told = _("before: %(point)s") % {"point": point} if point else _("after storage") if stage.after_storage else ""
    below = LINE if (len(label) + len(told)) * LETTER > size.width - 2 * PAD else 0  # where both do not fit in one line
    parts, y = [], top + HEAD + below
    for track in stage.tracks:
        if len(stage.tracks) > 1 or track.opens_in != stage.state:
            for line in _wrapped(_lane(track, words), size.width - 2 * PAD):
                parts.append(f'<text x="{PAD + 2}" y="{y + 13}" class="rd-l">{escape(line)}</text>')
                y += LINE
        drawn, y = _track(track, words, size, marks, y)
        parts.append(drawn)
    at, anchor = (PAD + 2, "start") if below else (size.width - PAD - 2, "end")
    band = (
        f'<rect x="1" y="{top}" width="{size.width - 2}" height="{y - top}" rx="8" class="rd-b"/>'
        f'<text x="{PAD + 2}" y="{top + 20}" class="rd-s">{escape(label)}</text>'
        f'<text x="{at}" y="{top + 20 + below}" text-anchor="{anchor}" class="rd-l">{escape(told)}</text>'
    )
    return band + "".join(parts), y + 12


def _lane(track: TrackSpec, words: Vocabulary) -> str:
    if track.opens_in != track.stage:
        return _("side by side, from “%(state)s” on") % {"state": words.states.get(track.opens_in, track.opens_in)}
    return _("side by side")


def _track(track: TrackSpec, words: Vocabulary, size: Size, marks: Marks, top: int) -> tuple[str, int]:
    parts, y = [], top
    rows = [track.groups[i : i + size.columns] for i in range(0, len(track.groups), size.columns)]
    for index, row in enumerate(rows):
        height = max(28 + LINE * (len(_lines(group, words, size, marks)) - 1) + 6 for group in row)
        for column, group in enumerate(row):
            x = PAD + column * (size.box + GAP)
            parts.append(_box(group, words, size, marks, x, y, height))
            if column:
                parts.append(_arrow(size, x - GAP + 2, x - 3, y + height // 2))
        y += height
        if index < len(rows) - 1:
            middle = PAD + size.box // 2
            end = PAD + (len(row) - 1) * (size.box + GAP) + size.box // 2
            parts.append(_turn(size, end, middle, y))
            y += GAP
    return "".join(parts), y + 12


def _arrow(size: Size, x1: int, x2: int, y: int) -> str:
    # a head of its own for each picture: that of a picture which is not shown is not drawn either
    return f'<path class="rd-p" marker-end="url(#rd-{size.width})" d="M{x1} {y}L{x2} {y}"/>'


def _turn(size: Size, x1: int, x2: int, y: int) -> str:
    """From under the last box of a row to above the first of the next."""
    half = y + GAP // 2
    way = f"M{x1} {y + 2}L{x1} {half}L{x2} {half}L{x2} {y + GAP - 3}"
    return f'<path class="rd-p" marker-end="url(#rd-{size.width})" d="{way}"/>'


def _lines(group: GroupSpec, words: Vocabulary, size: Size, marks: Marks) -> list[tuple[str, str, str]]:
    """(style, text, what stands at its right) of each line of a box; what is too long for one goes on in the next."""
    inner, room = size.box - 16, size.box - (30 if marks.of(group) else 16)
    lines = [("rd-n", part, "") for part in _wrapped(name(group.names), room)]
    if len(group.plans) > 1:
        lines += [("rd-r", part, "") for part in _wrapped(rule(group), inner)]
    for plan in group.plans:
        days = lead(plan)
        role = _wrapped(str(words.roles.get(plan.role, plan.role)), inner - _width(days) * 12)
        lines += [("rd-t", part, "" if number else days) for number, part in enumerate(role)]
        if plan.condition:
            told = _("only if %(condition)s") % {"condition": conditions.explain(plan.condition, words.facts)}
            lines += [("rd-c", part, "") for part in _wrapped(told, inner)]
    return lines


def _box(group: GroupSpec, words: Vocabulary, size: Size, marks: Marks, x: int, y: int, height: int) -> str:
    kind = marks.of(group)
    sign = {"fault": "!", "changed": "✎", "here": "›"}.get(kind, "")
    right = f'x="{x + size.box - 8}" text-anchor="end"'
    parts = [f'<rect x="{x}" y="{y}" width="{size.box}" height="{height}" rx="6" class="rd-g {kind}"/>']
    if sign:
        parts.append(f'<text {right} y="{y + 19}" class="rd-m {kind}">{sign}</text>')
    for number, (style, text, days) in enumerate(_lines(group, words, size, marks)):
        line = y + 19 + LINE * number
        parts.append(f'<text x="{x + 8}" y="{line}" class="{style}">{escape(text)}</text>')
        if days:
            parts.append(f'<text {right} y="{line}" class="rd-d">{escape(days)}</text>')
    drawn = f"<title>{escape(told_group(group, words))}</title>" + "".join(parts)
    if marks.link is None:
        return f"<g>{drawn}</g>"
    target = f"plan:{group.plans[0].key}" if len(group.plans) == 1 else f"group:{group.key}"
    return f'<a href="{escape(marks.link(target))}">{drawn}</a>'


def rule(group: GroupSpec) -> str:
    """The rule of a group in words."""
    if group.rule == "any":
        return str(_("any one decides"))
    if group.rule == "k_of_n":
        return str(_("%(k)d of %(n)d must agree") % {"k": group.threshold, "n": len(group.plans)})
    if group.rule == "weighted":
        return str(_("weights of %(k)d must agree") % {"k": group.threshold})
    return str(_("all must agree"))


def lead(plan: PlanSpec) -> str:
    """The lead time in words."""
    if plan.lead_unit == "calendar":
        return ngettext("%(n)d calendar day", "%(n)d calendar days", plan.lead) % {"n": plan.lead}
    return ngettext("%(n)d working day", "%(n)d working days", plan.lead) % {"n": plan.lead}


def told_group(group: GroupSpec, words: Vocabulary) -> str:
    """The whole group in one text: what a pointer over its box, and a screen reader, gets."""
    lines = [f"{name(group.names)} · {rule(group)}" if len(group.plans) > 1 else name(group.names)]
    for plan in group.plans:
        told = f"{name(plan.names)}: {words.roles.get(plan.role, plan.role)}, {words.resolvers.get(plan.resolver)}"
        told += f", {lead(plan)}, {source(plan.lead_source)}"
        if plan.condition:
            told += ", " + _("only if %(condition)s") % {"condition": conditions.explain(plan.condition, words.facts)}
        lines.append(told)
    return "\n".join(lines)


def _width(text: str) -> float:
    """Rough width in ems: a Chinese character is one, a Latin letter a little more than half."""
    return sum(1.0 if ord(char) > 0x2E7F else 0.56 for char in text)


def _wrapped(text: str, room: float, size: int = 13) -> list[str]:
    """A text in as many lines as it needs: broken between words, or between Chinese characters."""
    lines = [""]
    for part in BREAKABLE.findall(text):
        if lines[-1] and _width((lines[-1] + part).rstrip()) * size > room:
            lines.append("")
        lines[-1] += part
    return [line.strip() for line in lines]
