"""The register of households (台账): filters, chosen columns, totals, and the same list as a workbook or CSV."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from agreements.queries import columns, register
from workflow import clock, errors
from workflow.commands import looks
from workflow.queries import sheet
from workflow.rules.numbers import folded
from workflow.rules.numbers import page as page_asked
from workflow.views.access import signed_in

COOKIE, YEAR = "register_columns", 365 * 24 * 3600
TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}


def asked_of(data: QueryDict) -> register.Asked:
    """The filter of an address or a form; q is the search text."""
    found = {name: data.get(name, "").replace("\x00", "").strip()[:60] for name in ("mode", "town", "cadre", "below")}
    found["below"] = folded(found["below"])
    return register.Asked(status=data.get("status", ""), search=data.get("q", "").replace("\x00", "").strip(), **found)


@signed_in
@require_GET
def households(request: HttpRequest) -> HttpResponse:
    """/households/?status=&q=&mode=&town=&cadre=&below=&page=: everybody, with or without an agreement."""
    user: Any = request.user
    asked, today = asked_of(request.GET), clock.today()
    found = register.register(user, today, asked, page_asked(request.GET.get("page")))
    picked = columns.chosen(request.COOKIES.get(COOKIE, ""))
    query = {name: str(value) for name, value in request.GET.items() if name != "page" and value}
    context = {
        "register": found,
        "table": columns.table(found.rows, picked),
        "columns": [(column, column in picked) for column in columns.COLUMNS],
        "picked": picked,
        "choices": register.choices(user, today),
        "asked": asked,
        "query": urlencode(query),
        "nav": "households",
        "key": uuid.uuid4().hex,
    }
    return render(request, "agreements/households.html", context)


@signed_in
@require_POST
def choose_columns(request: HttpRequest) -> HttpResponse:
    """POST /households/columns: remember the choice on this browser for a year, and go back to the list."""
    picked = ",".join(key for key in request.POST.getlist("column") if key in columns.BY_KEY)
    answer = redirect(f"/households/?{request.POST.get('query', '')}")
    answer.set_cookie(COOKIE, picked, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure())
    return answer


@signed_in
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """POST /households/export: the list with the same filter and columns; who took it is recorded for each family."""
    user: Any = request.user
    kind, today, moment = request.POST.get("kind", "xlsx"), clock.today(), clock.now()
    if kind not in TYPES:
        raise errors.InvalidInput(field=_("File"), expected="xlsx, csv")
    asked = asked_of(QueryDict(request.POST.get("query", "")))
    picked = columns.chosen(request.COOKIES.get(COOKIE, ""))
    rows = register.every_row(user, today, asked)
    looks.exported({row.case_id for row in rows if row.case_id}, "register", actor=user, asked=asked.words)
    stamp = _("Exported by %(who)s on %(when)s; %(n)s rows") % {
        "who": user.full_name,
        "when": f"{timezone.localtime(moment):%Y-%m-%d %H:%M}",
        "n": len(rows),
    }
    titles = [(_("Household number"), 14), (_("Household head"), 14), *((str(c.title), c.width) for c in picked)]
    titles += [(_("Agreement"), 20), (_("State"), 14)]
    lines = [
        [row.household.household_no, row.household.head_name, *(c.value(row) for c in picked), row.reference]
        + [row.state_label or _("No agreement yet")]
        for row in rows
    ]
    content = sheet.workbook(_("Register"), stamp, titles, lines) if kind == "xlsx" else None
    content = content or sheet.comma_separated(stamp, titles, lines)
    name = f"register-{today:%Y%m%d}.{kind}"
    return HttpResponse(
        content, content_type=TYPES[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
