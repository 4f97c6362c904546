"""What a form asks of a programme's dates, checked into a Change; every refusal names its field."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from agreements import labels
from agreements.commands import programme_dates
from agreements.commands.programme_dates import BACK_PLAN, LEAD, MILESTONE, STAGE, Change
from agreements.models import Milestone, Programme
from workflow import errors
from workflow.rules.numbers import folded, number

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
MOST_DAYS = 1500  # before storage
MOST_LEAD = 365


def change(programme: Programme, what: str, form: Mapping[str, Any], leads: Mapping[str, Any]) -> Change:
    """A change of one kind from raw fields; `leads`: plan keys that may get another lead."""
    reason, document = _text(form, "reason", _("Reason"), 300), _text(form, "document_no", _("Document number"), 80)
    milestone = number(form.get("milestone"))
    if what == MILESTONE:
        key, values = _milestone(programme, milestone, form, document)
    elif what == STAGE:
        milestone, key, values = None, "staged_impoundment", _dates(form, document, level_needed=True)
    elif what == BACK_PLAN:
        key, values = "points", _points(form)
    elif what == LEAD:
        key, values = _lead(form, leads, document)
    else:
        raise errors.NotFound()
    before = programme_dates.standing(programme, what, key, milestone, values)
    if what == BACK_PLAN:
        values = {point: days for point, days in values.items() if before.get(point) != days}
        before = {point: days for point, days in before.items() if point in values}
    return Change(what, key, before, values, reason, document, milestone)


def _milestone(programme: Programme, milestone: int | None, form: Mapping[str, Any], document: str) -> tuple[str, Any]:
    row = Milestone.objects.filter(programme=programme, pk=milestone or 0).first()
    if row is None:
        raise errors.NotFound()
    values = _dates(form, document, level_needed=row.type == Milestone.STAGED)
    actual = _day(form, "actual_on", _("Actual date"), required=False)
    return f"{row.type}:{row.number}", {**values, "actual_on": actual.isoformat() if actual else ""}


def _dates(form: Mapping[str, Any], document: str, *, level_needed: bool) -> dict[str, Any]:
    planned = _day(form, "planned_on", _("Planned date"))
    assert planned is not None
    return {
        "planned_on": planned.isoformat(),
        "actual_on": "",
        "water_level_m": _level(form, level_needed),
        "source_document": document,
    }


def _points(form: Mapping[str, Any]) -> dict[str, int]:
    found = {}
    for point in labels.POINTS:
        raw = str(form.get(f"point-{point}", "")).strip()
        if not raw:
            continue
        days = number(raw)
        if days is None or days > MOST_DAYS:
            raise errors.InvalidInput(field=labels.of(labels.POINTS, point), expected=_("days from 0 to 1500"))
        found[point] = days
    return found


def _lead(form: Mapping[str, Any], leads: Mapping[str, Any], document: str) -> tuple[str, dict[str, Any]]:
    plan, raw, unit = str(form.get("plan", "")), str(form.get("days", "")).strip(), str(form.get("unit", "working"))
    if plan not in leads or unit not in ("working", "calendar"):
        raise errors.InvalidInput(field=_("Step"), expected=_("one of the list"))
    if not raw:
        return plan, {}  # back to the route's own
    days = number(raw)
    if days is None or days > MOST_LEAD:
        raise errors.InvalidInput(field=_("Lead time"), expected=_("days from 0 to 365, or nothing"))
    return plan, {"days": days, "unit": unit, "document_no": document}


def _day(form: Mapping[str, Any], name: str, label: str, *, required: bool = True) -> date | None:
    raw = folded(form.get(name, ""))
    if not raw and not required:
        return None
    try:
        found = parse_date(raw)
    except ValueError:
        found = None
    if found is None or not FIRST <= found <= LAST:
        raise errors.InvalidInput(field=label, expected=_("a date such as 2027-06-30"))
    return found


def _level(form: Mapping[str, Any], needed: bool) -> str:
    raw = folded(form.get("water_level_m", ""))
    if not raw and not needed:
        return ""
    try:
        level = Decimal(raw)
    except InvalidOperation:
        level = Decimal(-1)
    if not level.is_finite() or not 0 <= level <= 9000:
        raise errors.InvalidInput(field=_("Water level (m)"), expected=_("metres from 0 to 9000"))
    return f"{level:.2f}"


def _text(form: Mapping[str, Any], name: str, label: str, size: int) -> str:
    value = " ".join(str(form.get(name, "")).replace("\x00", "").split())
    if not value or len(value) > size:
        raise errors.InvalidInput(field=label, expected=_("must be filled in, at most %(n)s characters") % {"n": size})
    return value
