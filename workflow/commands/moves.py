"""The table of legal moves, generated from the state machines in the code and compared at start."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models
from django_fsm import FSMField

from workflow.models import Case, LegalMove

Move = tuple[str, str, str]


def declared() -> set[Move]:
    """(kind, source, target) of every state machine; source "" is how a row may be born."""
    return {move for model in apps.get_models() for move in _of(model)}


def _of(model: type[models.Model]) -> Iterator[Move]:
    field = next((f for f in model._meta.get_fields() if isinstance(f, FSMField)), None)
    if field is None or model is Case or model._meta.abstract:
        return
    label = model._meta.label
    for born in (str(field.default), *getattr(model, "ALSO_BORN", ())):
        yield label, "", born
    for transition in field.get_all_transitions(model):
        yield label, transition.source, transition.target


def sync(using: str = "owner") -> int:
    """Make the table say what the code says; returns how many rows changed. Needs the owner's role."""
    wanted = declared()
    found = {(m.kind, m.source, m.target): m.pk for m in LegalMove.objects.using(using)}
    stale = [pk for move, pk in found.items() if move not in wanted]
    fresh = wanted - set(found)
    LegalMove.objects.using(using).filter(pk__in=stale).delete()
    LegalMove.objects.using(using).bulk_create(LegalMove(kind=k, source=s, target=t) for k, s, t in sorted(fresh))
    return len(stale) + len(fresh)


def in_step(using: str = "default") -> bool:
    """Whether the database's table equals the code's; asked at start and by /readyz."""
    rows = LegalMove.objects.using(using).values_list("kind", "source", "target")
    return set(rows) == declared()
