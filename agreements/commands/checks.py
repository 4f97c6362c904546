"""Checks what a command was given against the table of fields; every refusal names the field and what was expected."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from agreements.fields import Field
from agreements.models import Agreement, Paper
from workflow import errors
from workflow.rules import numbers

AREA_MAX = Decimal("100000")
LARGEST = Decimal("1e20")
YEARS_AHEAD = 20  # nothing here is planned further ahead; a later year is a slip
AMOUNT_MAX = Decimal("999999999999.99")


def invalid(field: Field, expected: str) -> errors.InvalidInput:
    """A refusal that names the field in words, and by name for the form."""
    return errors.InvalidInput(field=str(field.label), expected=expected, at=field.name)


def clean(
    given: Mapping[str, Any],
    wanted: tuple[Field, ...],
    today: date,
    agreement: Agreement,
    recorded: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The values wanted, typed and checked; `recorded` holds dates recorded earlier that later ones may not precede."""
    values: dict[str, Any] = {}
    for field in wanted:
        values[field.name] = _value(field, given.get(field.name), today, agreement)
        earlier = values.get(field.after) or (recorded or {}).get(field.after)
        if field.after and earlier and values[field.name] and values[field.name] < earlier:
            raise invalid(field, _("a date not before %(day)s") % {"day": earlier.isoformat()})
    return values


def _value(field: Field, raw: Any, today: date, agreement: Agreement) -> Any:
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        if field.required:
            raise invalid(field, _needed(field))
        return None if field.kind != "text" else ""
    if field.kind == "text":
        return text(field, str(raw))
    if field.kind in ("day", "future"):
        return day(field, raw, today)
    if field.kind == "area":
        return area(field, raw)
    if field.kind == "choice":
        if raw not in (field.choices or {}):
            raise invalid(field, _("one of the list"))
        return raw
    return paper(field, raw, agreement).pk


def _needed(field: Field) -> str:
    return _("a paper on file") if field.kind == "paper" else _("must be filled in")


def text(field: Field, raw: str) -> str:
    """A trimmed text of bounded length without control characters (PostgreSQL cannot keep a NUL)."""
    value = raw.strip()
    if len(value) > field.size:
        raise invalid(field, _("at most %(count)d characters") % {"count": field.size})
    if any(ord(letter) < 32 for letter in value):
        raise invalid(field, _("one line of plain text"))
    return value


def day(field: Field, raw: Any, today: date) -> date:
    """A date; what is recorded has happened, so it does not lie ahead."""
    try:
        value = raw if isinstance(raw, date) else date.fromisoformat(numbers.folded(raw))
    except ValueError as trouble:
        raise invalid(field, _("a date such as 2026-06-30")) from trouble
    if field.kind == "day" and value > today:
        raise invalid(field, _("a date not after today"))
    if value.year > today.year + YEARS_AHEAD:
        raise invalid(field, _("a date not after the year %(year)d") % {"year": today.year + YEARS_AHEAD})
    if value.year < 1950:
        raise invalid(field, _("a date after 1950"))
    return value


def number(field: Field, raw: Any) -> Decimal:
    """A decimal number with two places, full-width digits accepted."""
    try:
        value = Decimal(numbers.folded(raw).replace(",", ""))
    except InvalidOperation as trouble:
        raise invalid(field, _("a number such as 120.50")) from trouble
    # more digits than a Decimal is exact to cannot be rounded to two places
    if not value.is_finite() or abs(value) > LARGEST or value != value.quantize(Decimal("0.01")):
        raise invalid(field, _("a number with at most two decimals"))
    return value.quantize(Decimal("0.01"))


def area(field: Field, raw: Any) -> Decimal:
    """Square metres or mu, greater than nothing."""
    value = number(field, raw)
    if not 0 < value < AREA_MAX:
        raise invalid(field, _("an area greater than 0"))
    return value


def amount(field: Field, raw: Any) -> Decimal:
    """Yuan, not negative."""
    value = number(field, raw)
    if not 0 <= value <= AMOUNT_MAX:
        raise invalid(field, _("an amount of 0 or more"))
    return value


def paper(field: Field, raw: Any, agreement: Agreement) -> Paper:
    """A paper of this agreement, on file, of one of the types the field takes."""
    found = None
    if (pk := numbers.number(raw)) is not None:
        found = Paper.objects.filter(pk=pk, agreement_id=agreement.pk, withdrawn_at=None).first()
    if found is None or (field.papers and found.type not in field.papers):
        raise invalid(field, _("a paper on file of the right kind"))
    return found
