"""Keyset paging both ways: a page is named by the step beside it, so that it costs the same wherever it lies."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case as DbCase
from django.db.models import ExpressionWrapper, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Greatest, TruncDate

from workflow import clock
from workflow.models import CalendarDay, Step
from workflow.rules.numbers import number

# field, descending; a step's id ends every order, so that no two steps share a place
ORDERS: dict[str, tuple[tuple[str, bool], ...]] = {
    "due": (("due", False), ("backward", False), ("id", False)),
    "slack": (("slack_days", False), ("id", False)),
    "waiting": (("opened_at", False), ("id", False)),
    "done": (("closed_at", True), ("id", True)),
}


@dataclass(frozen=True)
class Window:
    """The steps of a page, and the ids that name its neighbours (empty at the ends)."""

    steps: list[Step]
    previous: str
    following: str


def window(
    steps: QuerySet[Step], order: str, *, sight: Any, after: str, before: str, limit: int, today: date
) -> Window:
    """The page after (or before) a step; a step unknown, or of a case out of `sight`, means the first page (P20)."""
    keys = ORDERS[order]
    if order == "slack":
        steps = with_slack(steps, today)
    backwards = bool(before) and not after
    anchor = _anchor(Step.objects.filter(case__in=sight), keys, before if backwards else after, today)
    if anchor is not None:
        steps = steps.filter(_beyond(keys, anchor, backwards))
    rows = list(steps.order_by(*(_ordering(name, down != backwards) for name, down in keys))[: limit + 1])
    more, rows = len(rows) > limit, rows[:limit]
    if backwards and anchor is not None:
        rows.reverse()
        return _named(rows, more, bool(rows))
    return _named(rows, anchor is not None, more)


def _named(rows: list[Step], earlier: bool, later: bool) -> Window:
    first, last = (str(rows[0].pk), str(rows[-1].pk)) if rows else ("", "")
    return Window(rows, first if earlier else "", last if later else "")


def _ordering(name: str, descending: bool) -> Any:
    if name == "backward":  # null (no point to meet) sorts last, as the index keeps it
        return F(name).desc(nulls_first=True) if descending else F(name).asc(nulls_last=True)
    return F(name).desc() if descending else F(name).asc()


def _anchor(seen: QuerySet[Step], keys: Any, step_id: str, today: date) -> list[Any] | None:
    """The place of a step in the order; it may have left the list since (decided, claimed), its place remains."""
    pk = number(step_id)
    if pk is None:
        return None
    names = [name for name, _down in keys]
    found = seen.filter(pk=pk)
    if "slack_days" in names:
        found = with_slack(found, today)
    row = found.values_list(*names).first()
    return None if row is None or (row[0] is None and names[0] != "slack_days") else list(row)


def _beyond(keys: Any, anchor: list[Any], backwards: bool) -> Q:
    """Rows that come after (or before) the anchor: greater in the first field, or equal there and greater next."""
    beyond, equal = Q(pk__in=[]), Q()
    for (name, down), value in zip(keys, anchor, strict=True):
        beyond |= equal & _past(name, value, down != backwards)
        equal &= Q(**{name: value})
    first, down = keys[0]
    if anchor[0] is None:
        return beyond
    # the same said so that the index on the first field can begin there
    bound = Q(**{f"{first}__{'lte' if down != backwards else 'gte'}": anchor[0]})
    return (bound | Q(**{f"{first}__isnull": True}) if first == "slack_days" else bound) & beyond


def _past(name: str, value: Any, descending: bool) -> Q:
    if value is None:  # null is last
        return Q(**{f"{name}__isnull": False}) if descending else Q(pk__in=[])
    past = Q(**{f"{name}__{'lt' if descending else 'gt'}": value})
    return past if descending or name not in ("backward", "slack_days") else past | Q(**{f"{name}__isnull": True})


def with_slack(steps: QuerySet[Step], today: date) -> QuerySet[Step]:
    """`slack_days`: working days to the backward date less the lead still to come, counted in SQL; null without one."""
    now = _ordinal(Value(today))
    spent = Greatest(
        Value(0), now - _ordinal("opened_day") - Cast("held_days", IntegerField()), output_field=IntegerField()
    )
    given = Cast("lead", IntegerField())
    lead = DbCase(When(lead_unit="calendar", then=(given * 5 + 6) / 7), default=given, output_field=IntegerField())
    still = Greatest(Value(0), lead - spent, output_field=IntegerField())
    slack = ExpressionWrapper(_ordinal("backward") - now - still, output_field=IntegerField())
    return steps.annotate(opened_day=TruncDate("opened_at", tzinfo=clock.SHANGHAI)).annotate(slack_days=slack)


def _ordinal(day: Any) -> Subquery:
    """The ordinal of a day, or of the day in a field, in the calendar the case's county counts with."""
    asked = OuterRef(day) if isinstance(day, str) else day
    days = CalendarDay.objects.filter(calendar=OuterRef("case__schedule__calendar"), day=asked)
    return Subquery(days.values("ordinal")[:1], output_field=IntegerField())
