"""The first-run wizard: makes the first county, towns and administrators, once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from workflow import errors
from workflow.commands import installation
from workflow.commands.installation import FirstPerson
from workflow.models import Role
from workflow.rules.numbers import folded
from workflow.views.access import public

NEEDED = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
OFFERED = (*NEEDED, Role.AUDIT_ADMIN)
TOWN_ROWS = range(1, 5)


@public
def setup(request: HttpRequest) -> HttpResponse:
    """GET and POST /setup/; once an account exists this address is a 404 like any other."""
    if not installation.open_for_setup():
        raise errors.NotFound()
    refused: list[errors.InvalidInput] = []
    if request.method == "POST":
        refused = _install(request)
        if not refused:
            messages.success(request, _("Set up. Sign in as the security administrator to add units and people."))
            return redirect("login")
    context = {"refused": refused, "rows": _town_rows(request), "people": _people_rows(request), "typed": request.POST}
    return render(request, "workflow/setup.html", context, status=422 if refused else 200)


def _install(request: HttpRequest) -> list[errors.InvalidInput]:
    """Set up; or everything that is wrong with what was typed, at once."""
    form, people = request.POST, [_person(request, role) for role in OFFERED]
    pairs = [(folded(form.get(f"town_code_{n}", "")), form.get(f"town_name_{n}", "")) for n in TOWN_ROWS]
    code, county = form.get("setup_code", ""), (folded(form.get("county_code", "")), form.get("county_name", ""))
    towns = [pair for pair in pairs if any(part.strip() for part in pair)]
    named = [one for one in people if isinstance(one, FirstPerson)]
    found = list(installation.faults(code, county, towns, named))
    found += [one for one in people if isinstance(one, errors.InvalidInput)]
    if not found:
        installation.install(code, county=county, towns=towns, people=named)
    return found


def _person(request: HttpRequest, role: Role) -> FirstPerson | errors.InvalidInput | None:
    """The person typed for a role, or what is wrong with them; an untouched optional one is left out."""
    username, name, word, again = (
        request.POST.get(f"{part}_{role}", "") for part in ("username", "name", "password", "again")
    )
    if role not in NEEDED and not any((username, name, word)):
        return None
    if not username.strip() or not name.strip():
        return errors.InvalidInput(field=role.label, expected=_("a user name and a full name"))
    if word != again:
        return errors.InvalidInput(field=role.label, expected=_("the same password twice"))
    return FirstPerson(str(role), username.strip(), name.strip(), word)


def _town_rows(request: HttpRequest) -> list[tuple[int, str, str]]:
    return [(n, request.POST.get(f"town_code_{n}", ""), request.POST.get(f"town_name_{n}", "")) for n in TOWN_ROWS]


def _people_rows(request: HttpRequest) -> list[dict[str, object]]:
    return [
        {
            "role": str(role),
            "label": role.label,
            "needed": role in NEEDED,
            "username": request.POST.get(f"username_{role}", ""),
            "name": request.POST.get(f"name_{role}", ""),
        }
        for role in OFFERED
    ]
