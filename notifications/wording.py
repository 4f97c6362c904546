"""Subject and body of a bundle, in the reader's language: titles of cases and links, nothing more personal."""

import logging
from dataclasses import dataclass, field, replace
from itertools import groupby

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.models import Bundle
from workflow.models import Notice, WeeklyReport
from workflow.queries.weeklybook import figures, workbook
from workflow.rules.words import REMINDER, sentence

log = logging.getLogger(__name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINES = 40  # of one message; the rest is counted and stands in the inbox


@dataclass(frozen=True)
class Message:
    """What a channel sends. `brief` is one line with the link, for channels that have room for no more."""

    subject: str
    body: str
    brief: str = ""
    link: str = ""
    attachments: tuple[tuple[str, bytes, str], ...] = field(default=())  # (file name, content, type): e-mail only


def write(bundle: Bundle, notices: list[Notice]) -> Message:
    """The words of a bundle. Mail passes through strangers' servers: no name, number, amount or comment goes in."""
    with translation.override(bundle.recipient.language or settings.LANGUAGE_CODE):
        if bundle.kind == Bundle.TEST:
            return _framed(_("Test message"), [_("This channel reaches you.")], _site("inbox/"))
        if bundle.report is not None:
            return _report(bundle.report)
        if len(notices) == 1:
            return _single(notices[0])
        return _many(notices)


def _report(report: WeeklyReport) -> Message:
    """Figures only; names of households stand in the workbook, which e-mail alone carries."""
    found = report.content
    lines = [f"{what}: {households} / {persons}".rstrip(" /") for what, households, persons in figures(found)]
    if found["storage_on"]:
        left = _("%(n)s days to the storage of %(d)s, %(w)s of them working days")
        lines.insert(0, left % {"n": found["calendar_days"], "d": found["storage_on"], "w": found["working_days"]})
    week = report.week.isoformat()
    message = _framed(_("Weekly report, week of %(w)s") % {"w": week}, lines, _site(f"weekly/{week}/"))
    return replace(message, attachments=((f"weekly-{week}.xlsx", workbook(report), XLSX),))


def _single(notice: Notice) -> Message:
    what, title = str(sentence(notice.word, notice.rung, notice.number)), _one_line(notice.case.title)
    lines = [_("%(title)s: %(what)s") % {"title": title, "what": what}]
    if notice.word == REMINDER and notice.step is not None:
        lines.append(_("Due on %(day)s") % {"day": notice.step.due.isoformat()})
    return _framed(_("%(what)s: %(title)s") % {"title": title, "what": what}, lines, link(notice))


def _many(notices: list[Notice]) -> Message:
    """Grouped by what is to be said, the most pressing first: one message about thirty late steps."""
    ordered = sorted(notices, key=_pressing)
    groups = [(key, list(rows)) for key, rows in groupby(ordered, key=_said)]
    heads = [_("%(what)s (%(n)s)") % {"what": sentence(*key), "n": len(rows)} for key, rows in groups]
    lines: list[str] = []
    for head, (_key, rows) in zip(heads, groups, strict=True):
        shown = rows[: max(0, LINES - len(lines))]
        lines += ["", head, *(_line(notice) for notice in shown)]
        if len(shown) < len(rows):
            lines.append(_("... and %(n)s more") % {"n": len(rows) - len(shown)})
    subject = ngettext("%(n)s matter: %(first)s", "%(n)s matters: %(first)s", len(notices))
    return _framed(subject % {"n": len(notices), "first": "; ".join(heads[:3])}, lines[1:], _site("inbox/"))


def _pressing(notice: Notice) -> tuple[int, bool, str, int, int]:
    late = notice.rung if notice.word == REMINDER and notice.rung is not None else 99 if notice.urgent else -50
    return (-late, notice.word != REMINDER, notice.word, notice.number or 0, notice.pk)


def _said(notice: Notice) -> tuple[str, int | None, int | None]:
    return notice.word, notice.rung, notice.number


def _line(notice: Notice) -> str:
    """One case; a title that cannot be said spoils its own line only (promise P15)."""
    try:
        due = f" ({notice.step.due.isoformat()})" if notice.word == REMINDER and notice.step else ""
        return f"- {_one_line(notice.case.title)}{due} {link(notice)}"
    except Exception:
        log.exception("notice %s: no line", notice.pk)
        return f"- {settings.SITE_URL.rstrip('/')}/inbox/"


def _framed(subject: str, lines: list[str], where: str) -> Message:
    end = ["", where, "", _("This message was written by the resettlement system; do not answer it.")]
    return Message(subject=subject, body="\n".join([*lines, *end]), brief=f"{subject} {where}", link=where)


def link(notice: Notice) -> str:
    """Where to look, under the site's published address; opening it decides nothing."""
    return _site(f"cases/{notice.case.reference}/")


def _site(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}/{path}"


def _one_line(text: str) -> str:
    """Titles come from people; a line break in one must not become a mail header."""
    return " ".join(text.split())
