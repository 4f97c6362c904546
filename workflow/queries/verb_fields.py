"""What each verb asks for, as data: pages render it and the API documents it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from workflow import readiness, rights
from workflow.models import Step
from workflow.queries import words
from workflow.queries.glance import Glance
from workflow.rules.codes import LEANINGS, REASON_CODES


@dataclass(frozen=True)
class Field:
    """One thing a verb asks for. kind: text | long | choice | radio | number | person | people."""

    name: str
    kind: str
    label: str
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    value: str = ""


def of(found: Glance, step: Step, verb: str) -> tuple[Field, ...]:
    """What the verb asks for; people are chosen from `candidates_for`."""
    return _FIELDS.get(verb, _nothing)(found, step)


def _nothing(found: Glance, step: Step) -> tuple[Field, ...]:
    return ()


def _approve(found: Glance, step: Step) -> tuple[Field, ...]:
    number = readiness.number_name(found, step)
    asked = (Field("document_no", "text", number, required=True),) if number else ()
    return (*asked, Field("comment", "long", _("Comment")))


def _return(found: Glance, step: Step) -> tuple[Field, ...]:
    points = rights.return_points(found, step.round)
    places = tuple((place.group.key, words.name(place.group.names)) for place in reversed(points))
    resumes = (
        ("with_me", _("Resume with me: what nobody changed is not asked again")),
        ("again", _("Run everything again from there")),
    )
    return (
        Field("to", "choice", _("Back to"), required=True, choices=places),
        Field("resume", "radio", _("Afterwards"), required=True, choices=resumes, value="with_me"),
        *_why(required=True),
    )


def _refuse(found: Glance, step: Step) -> tuple[Field, ...]:
    return _why(required=False)


def _why(*, required: bool) -> tuple[Field, ...]:
    """A coded reason, never chosen beforehand: whoever returns says which it is."""
    reasons = tuple((code, str(name)) for code, name in REASON_CODES.items())
    return (
        Field("reason_code", "choice", _("Reason"), required=required, choices=(("", _("Choose")), *reasons)),
        Field("comment", "long", _("Say why"), required=True),
    )


def _signers(found: Glance, step: Step) -> tuple[Field, ...]:
    where = [("before", _("Before me: I decide after them")), ("beside", _("Beside me: they must approve too"))]
    if readiness.of(found, step).approvable:
        where.append(("after", _("After me: I approve now, they sign next")))
    number = readiness.number_name(found, step) if len(where) == 3 else ""
    return (
        Field("users", "people", _("Who"), required=True),
        Field("where", "radio", _("Where"), required=True, choices=tuple(where), value="before"),
        Field("question", "long", _("What they are asked")),
        Field("days", "number", _("Working days they get"), required=True, value="2"),
        *((Field("document_no", "text", _("%(number)s (only with “after”)") % {"number": number}),) if number else ()),
    )


def _delegate(found: Glance, step: Step) -> tuple[Field, ...]:
    return (
        Field("to", "person", _("Whom"), required=True),
        Field("question", "long", _("What you want to know")),
        Field("days", "number", _("Working days they get"), required=True, value="2"),
    )


def _reassign(found: Glance, step: Step) -> tuple[Field, ...]:
    return (Field("to", "person", _("To whom"), required=True), Field("note", "long", _("What they should know")))


def _opinion(found: Glance, step: Step) -> tuple[Field, ...]:
    leanings = tuple((code, str(name)) for code, name in LEANINGS.items())
    return (
        Field("leaning", "radio", _("My opinion"), required=True, choices=leanings, value="agree"),
        Field("text", "long", _("In words"), required=True),
    )


def _drop(found: Glance, step: Step) -> tuple[Field, ...]:
    return (Field("reason", "long", _("Say why"), required=True),)


_FIELDS = {
    "approve": _approve,
    "return": _return,
    "refuse": _refuse,
    "add_signer": _signers,
    "delegate": _delegate,
    "reassign": _reassign,
    "give_opinion": _opinion,
    "drop_signer": _drop,
}
