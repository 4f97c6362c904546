"""Several at once (批量办理): every item its own transaction with the checks and the key of a single click.

Knows no command: the one that acts is handed in, so that there is one way to do it and not two.
"""

import functools
import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError
from django.utils.translation import gettext as _

from workflow import errors
from workflow.commands.work import Work
from workflow.models import Step
from workflow.rules.codes import BULK_MOST
from workflow.rules.effects import APPROVE

NAMES = ("case__reference", "case__title")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Item:
    """One step and the hashes of what was shown of it."""

    step_id: int
    seen: Mapping[str, str]


@dataclass(frozen=True)
class Batch:
    """The list an approval was part of; stands in its event."""

    id: str
    size: int


@dataclass(frozen=True)
class Line:
    """What became of one item."""

    step_id: int
    reference: str
    done: bool
    message: str
    title: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


def name_of(key: str | None) -> str:
    """The id of a batch: the request's key."""
    return key or uuid.uuid4().hex


def run(items: Iterable[Item], act: Callable[..., Any], batch_id: str, key: str | None, said: str) -> list[Line]:
    """Do it with every item; a refusal or a fault of one is its line and touches no other. `said`: what was done."""
    wanted = list({item.step_id: item for item in items}.values())
    if not wanted or len(wanted) > BULK_MOST:
        raise errors.InvalidInput(field=_("Selection"), expected=_("1 to %(n)s steps") % {"n": BULK_MOST})
    batch = Batch(batch_id, len(wanted))
    named = Step.objects.filter(pk__in=[item.step_id for item in wanted])
    names = {pk: (reference, title) for pk, reference, title in named.values_list("pk", *NAMES)}
    # the order of ids is the order of locks of every other bulk command (engine.md, locks)
    one = functools.partial(_one, act=act, batch=batch, key=key, said=said)
    return [one(item, *names.get(item.step_id, ("", ""))) for item in sorted(wanted, key=lambda item: item.step_id)]


def _one(
    item: Item, reference: str, title: str, *, act: Callable[..., Any], batch: Batch, key: str | None, said: str
) -> Line:
    try:
        act(item.step_id, seen=item.seen, batch=batch, key=f"{key}:{item.step_id}" if key else None)
    except errors.NotFound as refusal:
        return Line(item.step_id, "", False, refusal.message)  # does not tell whether it exists (P20)
    except errors.Refusal as refusal:
        return Line(item.step_id, reference, False, refusal.message, title, refusal.detail)
    except (errors.EngineFault, DatabaseError):
        log.exception("step %s of a batch", item.step_id)
        return Line(item.step_id, reference, False, _("A fault of the engine; nothing of this one was changed."), title)
    return Line(item.step_id, reference, True, said, title)


def join(work: Work, step: Step, batch: Batch, verdict: str) -> None:
    """Approved together are only plans that opt in; the event says of which list this decision was part."""
    if verdict == APPROVE and not work.plan(step).bulk_allowed:
        raise errors.NotForBulk()
    work.event("step.in_batch", step=step.pk, plan=step.plan, batch=batch.id, size=batch.size)
