"""Subject and body of an owed word, in the reader's language: the case's title and a link, nothing more personal."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from workflow.models import Notice
from workflow.rules.words import REMINDER, sentence


@dataclass(frozen=True)
class Message:
    """What a channel sends."""

    subject: str
    body: str


def write(notice: Notice) -> Message:
    """The words of a notice. Mail passes through strangers' servers: no name, number, amount or comment goes in."""
    with translation.override(notice.recipient.language or settings.LANGUAGE_CODE):
        what, title = str(sentence(notice.word, notice.rung)), _one_line(notice.case.title)
        lines = [_("%(title)s: %(what)s") % {"title": title, "what": what}]
        if notice.word == REMINDER and notice.step is not None:
            lines.append(_("Due on %(day)s") % {"day": notice.step.due.isoformat()})
        lines += ["", link(notice), "", _("This message was written by the resettlement system; do not answer it.")]
        return Message(subject=_("%(what)s: %(title)s") % {"title": title, "what": what}, body="\n".join(lines))


def link(notice: Notice) -> str:
    """Where to look, under the site's published address."""
    return f"{settings.SITE_URL.rstrip('/')}/cases/{notice.case.reference}/"


def _one_line(text: str) -> str:
    """Titles come from people; a line break in one must not become a mail header."""
    return " ".join(text.split())
