"""One line of the queue as HTML: its template is rendered once for every kind of line, and only filled in after that.

Rendering 25 lines through the template took half of the page's time. A `Kind` decides which parts of the template
stand, words are what stands in them; the template is given nothing else: nothing of one line can stay in the mould.
"""

from datetime import date
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple
from urllib.parse import quote

from django import template
from django.template.loader import get_template
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.http import RFC3986_SUBDELIMS
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from workflow import errors
from workflow.queries.queue import OWN
from workflow.queries.rows import QueueRow
from workflow.rules import ready
from workflow.rules.words import listed
from workflow.templatetags import desk
from workflow.templatetags.saying import in_language

register = template.Library()
TEMPLATE = "workflow/partials/queue_row.html"
WORDS = (
    *("id", "to", "why", "reference", "title", "lender", "missing", "waits", "holder", "town", "village", "group"),
    *(
        "place",
        "pips",
        "state",
        "due",
        "due_on",
        "waiting",
        "slack",
        "slack_unit",
        "amount",
        "money",
        "urge",
        "urge_key",
        "urged",
    ),
    *("extra", "here", "csrf_token", "decided", "now", "take_back", "recused"),
)


class Kind(NamedTuple):
    """What decides which parts of the template stand."""

    tab: str
    oob: bool  # swapped in beside an answer
    css: str  # of the light
    icon: str
    ok: bool  # may be approved together with others
    mine: bool
    act: str  # of the first button: handle | missing | look
    missing: bool  # something keeps it from being approved
    waits: bool  # for somebody who was asked before it, or for its day
    recused: bool  # four eyes: somebody else must decide
    returns: bool  # there is something before it
    override: bool
    was_late: bool
    lost: bool  # no slack any more
    amount: bool
    lender: bool
    holder: bool
    urge: str  # open | done | nothing
    urged: bool
    verdict: str  # one's own, on the list of what one decided
    taken_back: bool
    takeable: bool


@register.simple_tag(takes_context=True)
def queue_line(context: template.Context, row: QueueRow, oob: bool = False) -> SafeString:
    """The row of the table; `tab` of the context says of which list."""
    tab = str(context.get("tab", ""))
    return filled(kind_of(row, tab, oob), words_of(row, tab) | _of_page(context, row, tab))


def filled(kind: Kind, words: dict[str, Any]) -> SafeString:
    """The mould of a kind with these words."""
    mould, names = _mould(kind, get_language())
    return SafeString(mould % {name: _escaped(words[name]) for name in names})


def _escaped(word: Any) -> str:
    """As autoescape would have it; Django's own looks three times for lazy words, of which there are none here."""
    return word if type(word) is SafeString else escape(str(word))


@lru_cache(maxsize=2048)
def _mould(kind: Kind, language: str) -> tuple[str, frozenset[str]]:
    """The template as a %-format with a hole for every word, and the names of its holes."""
    # marked with a sign that stands in no text; a per cent sign of the template stays one
    holes = {name: f"\0{name}\0" for name in WORDS}
    text = get_template(TEMPLATE).render({"line": kind, "say": holes, "csrf_token": holes["csrf_token"]})
    parts = text.replace("%", "%%").split("\0")
    mould = "".join(f"%({part})s" if number % 2 else part for number, part in enumerate(parts))
    return mould, frozenset(parts[1::2])


def kind_of(row: QueueRow, tab: str, oob: bool) -> Kind:
    """The kind of a line."""
    chase = row.chase
    return Kind(
        tab=tab,
        oob=oob,
        css=desk.LIGHT_CLASS[row.light],
        icon=desk.LIGHT_ICON[row.light],
        ok=row.mine and row.bulk and row.ready.approvable,
        mine=row.mine,
        act=_act(row, tab),
        missing=bool(row.ready.missing),
        waits=row.ready.state in (ready.WAITS, ready.EARLY),
        recused=bool(row.recused) and row.ready.state == ready.BARRED,
        returns=row.stage_index > 0,
        override=bool(row.case.overrides),
        was_late=row.was_late,
        lost=row.slack is not None and row.slack < 0,
        amount=row.amount is not None,
        lender=bool(row.lender),
        holder=bool(row.holder),
        urge=("done" if chase.today else "open") if chase and chase.may else "",
        urged=bool(chase and chase.by),
        verdict=row.decided.verdict if row.decided else "",
        taken_back=bool(row.decided and row.decided.taken_back),
        takeable=bool(row.decided and row.decided.takeable),
    )


def _act(row: QueueRow, tab: str) -> str:
    if tab not in OWN or row.ready.idle:
        return "look"
    return "missing" if row.ready.state == ready.MISSING else "handle"


def words_of(row: QueueRow, tab: str) -> dict[str, Any]:
    """What differs from line to line."""
    pk = row.step.pk
    return {
        "id": pk,
        "to": address("case", quote(row.reference, safe=RFC3986_SUBDELIMS + "/~:@")),
        "why": address("step_why", str(pk)),
        "reference": row.reference,
        "title": row.title,
        "lender": row.lender,
        "missing": _missing(len(row.ready.missing)) if row.ready.missing else "",
        "waits": _waits(row.ready.waits if row.ready.state == ready.WAITS else (), row.step.not_before),
        "recused": errors.RECUSALS.get(row.recused, ""),
        "holder": row.holder,
        "town": row.town,
        "village": row.village,
        "group": row.group_name,
        "place": f"{row.stage_index + 1}/{row.stages}",
        "pips": _pips(row.light == "red", row.stage_index, row.stages),
        "state": desk.state_name(row.case) if tab == "done" else "",
        "due": desk.due_words(row.light, row.working_days_left, row.late_cause),
        "due_on": desk.due_on(row.working_days_left, row.due),
        "waiting": _waiting(row.waiting_days),
        "slack": "—" if row.slack is None else row.slack,
        "slack_unit": "" if row.slack is None else _working_days(row.slack),
        "amount": row.amount,
        "money": "—" if row.amount is None else desk.money(row.amount),
    }


def _of_page(context: template.Context, row: QueueRow, tab: str) -> dict[str, Any]:
    """What only the lists need on which others are urged, or one's own decisions stand."""
    found: dict[str, Any] = {"extra": ""}
    if row.chase is None and row.decided is None:
        return found
    found |= {"here": context["request"].get_full_path(), "csrf_token": context.get("csrf_token")}
    if row.decided:
        at = timezone.localtime(row.decided.at)
        found |= {
            "decided": f"{at:%m-%d %H:%M}",
            "now": listed(row.decided.now),
            "take_back": address("step_verb", str(row.step.pk), "take_back"),
        }
    if row.chase is None:
        return found
    found |= {"urge": address("step_nudge", str(row.step.pk)), "urge_key": f"{row.chase.day:%Y%m%d}"}
    if row.chase.at:
        at = timezone.localtime(row.chase.at)
        found["urged"] = _("urged by %(n)s, %(d)s") % {"n": row.chase.by, "d": f"{at:%m-%d %H:%M}"}
    if tab == "started" and hasattr(row.kind, "row_template"):
        with context.push(case=row.kind):
            found["extra"] = get_template(row.kind.row_template).template.render(context)  # type: ignore[attr-defined]
    return found


def address(name: str, argument: str, *more: str) -> str:
    """The address of this name with an argument that differs from line to line, quoted where it has to be, and with
    others that do not; put together, not looked up."""
    begin, end = _around(name, get_script_prefix(), more)
    return begin + argument + end


@lru_cache
def _around(name: str, prefix: str, more: tuple[str, ...]) -> tuple[str, str]:
    mark = "7777777"
    begin, end = reverse(name, args=[mark, *more]).split(mark)
    return begin, end


@lru_cache
def _pips(late: bool, at: int, stages: int) -> SafeString:
    """One mark per state: done, current (or overdue), to come."""
    marks = ["d"] * at + ["o" if late else "c"] + [""] * (stages - at - 1)
    return SafeString("".join(f'<i class="{mark}"></i>' for mark in marks))


@in_language
def _missing(number: int) -> str:
    return ngettext("%(n)s missing", "%(n)s missing", number) % {"n": number}


@in_language
def _waits(who: tuple[str, ...], not_before: date | None) -> str:
    if who:
        return _("waits for the answer of %(who)s") % {"who": listed(who)}
    return _("from %(d)s on") % {"d": f"{not_before:%m-%d}"} if not_before else ""


@in_language
def _working_days(number: int) -> str:
    return ngettext("working day", "working days", abs(number))


@in_language
def _waiting(days: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
