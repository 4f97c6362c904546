"""The working calendar (screen 16): a year's grid, a county's own days by form and by file, what they would change."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from workflow import calendars, clock, errors
from workflow.commands import county_calendar
from workflow.models import Role, Unit
from workflow.queries import calendar_file, year
from workflow.rules import filed
from workflow.rules.filed import DayChange
from workflow.rules.numbers import number
from workflow.views.access import authorities_of, holds, signed_in
from workflow.views.cases import day
from workflow.views.refusals import say_and_return

FIRST_YEAR, LAST_YEAR = 2001, 2100
KINDS = (
    (filed.OFF, gettext_lazy("Day off")),
    (filed.WORKING, gettext_lazy("Working day")),
    (filed.INHERIT, gettext_lazy("As in the national calendar")),
)
COLUMNS: dict[str, Any] = {"day": gettext_lazy("Date"), "kind": gettext_lazy("Working or off")}
REASONS: dict[str, Any] = {
    "no_header": gettext_lazy("no header row with the columns 日期 (date) and 类型 (working/off)"),
    "date": gettext_lazy("a date such as 2027-06-30 is expected"),
    "kind": gettext_lazy("上班 (working), 放假 (off) or 同国家 (inherit) is expected"),
    "twice": gettext_lazy("this day stands here twice"),
    "too_many": gettext_lazy("more than 2,000 days in one file"),
    "too_large": gettext_lazy("the file is larger than 1 MB"),
    "empty": gettext_lazy("there is no day in it"),
    "unreadable": gettext_lazy("this is no csv or xlsx file"),
    "out_of_range": gettext_lazy("a day between 2001 and 2100 is expected"),
}


@signed_in
def calendar_page(request: HttpRequest) -> HttpResponse:
    """GET /calendar/?year=: anyone who is signed in may check what counts as a working day."""
    return _show(request)


@holds(*county_calendar.CALENDAR_KEEPERS)
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """POST /calendar/preview: typed days or a file; says what would change, or every bad cell."""
    upload, source = request.FILES.get("file"), request.POST.get("source", "").strip()
    changes, bad = calendar_file.read(upload.file, upload.name or "") if upload else (_typed(request), [])  # type: ignore[arg-type]
    if bad:
        faults = [(cell.row or "—", COLUMNS.get(cell.column, cell.column), REASONS[cell.reason]) for cell in bad[:200]]
        return _show(request, status=422, faults=faults, file=upload.name if upload else "", source=source)
    unit = _county(request)
    foreseen = county_calendar.preview(unit, changes, source=source, today=clock.today())
    kinds = dict(KINDS)
    shown = [(one, kinds[one.kind]) for one in sorted(changes, key=lambda one: one.day)]
    packed = [_pack(one) for one in changes]
    context: dict[str, Any] = {"foreseen": foreseen, "changes": shown, "source": source, "packed": packed}
    return _show(request, year_shown=changes[0].day.year, **context)


@holds(*county_calendar.CALENDAR_KEEPERS)
@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    """POST /calendar/apply: the days of a preview, under their notice."""
    user: Any = request.user
    changes = [_unpack(raw) for raw in request.POST.getlist("change")]
    if not changes or len(changes) > filed.MOST:
        raise errors.InvalidInput(field=_("Dates"), expected=_("at least one day"))
    done = county_calendar.override(_county(request), changes, source=request.POST.get("source", ""), actor=user)
    said = _("Calendar changed: %(moved)s due dates moved, %(late)s steps became late.")
    return say_and_return(request, said % {"moved": len(done.moved), "late": len(done.late)})


@holds(Role.COUNTY_OFFICER, Role.SYSTEM_ADMIN)
@require_POST
def reload(request: HttpRequest) -> HttpResponse:
    """POST /calendar/reload: the published years again, as the bundled library knows them."""
    user: Any = request.user
    changed = county_calendar.reload(range(FIRST_YEAR, clock.today().year + 2), actor=user)
    return say_and_return(request, _("%(n)s days were new or different.") % {"n": changed})


def _show(request: HttpRequest, *, status: int = 200, year_shown: int = 0, **more: Any) -> HttpResponse:
    today = clock.today()
    wanted = number(request.GET.get("year", "")) or 0
    chosen = year_shown or (wanted if FIRST_YEAR <= wanted <= LAST_YEAR else today.year)
    unit = county_or_none(request)
    calendar = county_calendar.of_unit(unit) if unit else calendars.load()
    context = {
        "unit": unit,
        "shown": year.year_of(calendar, county_calendar.code_of(unit) if unit else calendars.NATIONAL, chosen, today),
        "years": [chosen - 1, chosen, chosen + 1],
        "may_keep": bool(unit and county_calendar.may_keep(authorities_of(request), unit)),
        "may_reload": any(a.role in (Role.COUNTY_OFFICER, Role.SYSTEM_ADMIN) for a in authorities_of(request)),
        "kinds": KINDS,
        "weekdays": [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")],
        "nav": "calendar",
        "today": today,
        **more,
    }
    return render(request, "workflow/calendar.html", context, status=status)


def county_or_none(request: HttpRequest) -> Unit | None:
    """The county of the first posting that lies in one."""
    codes = [a.division[:6] for a in authorities_of(request) if len(a.division) >= 6]
    return Unit.objects.filter(code=codes[0]).first() if codes else None


def _county(request: HttpRequest) -> Unit:
    found = county_or_none(request)
    if found is None:
        raise errors.NotAllowed()
    return found


def _typed(request: HttpRequest) -> list[DayChange]:
    first, last = day(request.POST.get("first", "")), day(request.POST.get("last", ""))
    kind = request.POST.get("kind", "")
    last = last or first
    if first is None or last is None or not first <= last <= first + timedelta(days=60):
        raise errors.InvalidInput(field=_("From"), expected=_("a first and a last day, at most 60 days apart"))
    if kind not in filed.KINDS or not filed.FIRST <= first <= last <= filed.LAST:
        raise errors.InvalidInput(field=_("Working or off"), expected=_("one of the list"))
    name = request.POST.get("name", "").strip()[:60]
    return [DayChange(first + timedelta(days=n), kind, name) for n in range((last - first).days + 1)]


def _pack(one: DayChange) -> str:
    return "|".join((one.day.isoformat(), one.kind, one.name.replace("|", " "), one.source.replace("|", " ")))


def _unpack(raw: str) -> DayChange:
    parts = raw.split("|")
    found: date | None = filed.a_day(parts[0])
    if len(parts) != 4 or found is None or parts[1] not in filed.KINDS or not filed.FIRST <= found <= filed.LAST:
        raise errors.InvalidInput(field=_("Dates"), expected=_("days as the preview showed them"))
    return DayChange(found, parts[1], parts[2][:60], parts[3][:60])
