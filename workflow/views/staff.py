"""Units, people, posts and delegations: seen by who watches, changed by the security administrator."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workflow import clock, errors
from workflow.commands import staffing
from workflow.models import Posting, Role, Unit, User
from workflow.queries import staff
from workflow.rules.numbers import number
from workflow.views.access import authorities_of, holds
from workflow.views.again import on_page
from workflow.views.cases import day
from workflow.views.refusals import say_and_return

sees = holds(*(str(role) for role in staff.SEEN_BY))
changes = holds(str(Role.SECURITY_ADMIN))


@sees
def organisation(request: HttpRequest) -> HttpResponse:
    """GET /units/?unit=CODE&q=: the tree, and the posts of the chosen unit."""
    authorities, today = authorities_of(request), clock.today()
    search = request.GET.get("q", "").strip()
    tree = staff.tree(authorities, today, search)
    wanted = request.GET.get("unit", "")
    chosen = staff.units(authorities).filter(code=wanted).first() if wanted else None
    chosen = chosen or (tree[0].unit if tree else None)
    context = {
        "tree": tree,
        "unit": chosen,
        "search": search,
        "posts": staff.posts(chosen, today) if chosen else [],
        "lent": staff.lent(chosen, today) if chosen else [],
        "people": staff.people(authorities, "") if _may_change(request) else [],
        "roles": Role.choices,
        "today": today,
        "may_change": _may_change(request),
        "nav": "units",
    }
    return render(request, "workflow/units.html", context)


@sees
def people_page(request: HttpRequest) -> HttpResponse:
    """GET /people/?q=: accounts by name."""
    search = request.GET.get("q", "").strip()
    found = staff.people(authorities_of(request), search)
    context = {"people": found, "search": search, "may_change": _may_change(request), "nav": "people"}
    return render(request, "workflow/people.html", context)


@sees
def person_page(request: HttpRequest, user_id: int) -> HttpResponse:
    """GET /people/<id>/."""
    found = staff.person(authorities_of(request), user_id)
    if found is None:
        raise errors.NotFound()
    mine = found.user.pk == request.user.pk
    context = {
        "person": found,
        "may_change": _may_change(request) and not mine,
        "today": clock.today(),
        "nav": "people",
    }
    return render(request, "workflow/person.html", context)


def _may_change(request: HttpRequest) -> bool:
    return any(authority.role == Role.SECURITY_ADMIN for authority in authorities_of(request))


def _actor(request: HttpRequest) -> User:
    user: Any = request.user
    return user  # type: ignore[no-any-return]


def _unit(request: HttpRequest) -> Unit:
    found = staff.units(authorities_of(request)).filter(code=request.POST.get("unit", "")).first()
    if found is None:
        raise errors.NotFound()
    return found


@changes
@require_POST
def unit_add(request: HttpRequest) -> HttpResponse:
    """POST /units/add: code, name."""
    made = staffing.add_unit(request.POST.get("code", ""), request.POST.get("name", ""), actor=_actor(request))
    return _to_unit(made.code)


@changes
@require_POST
def unit_rename(request: HttpRequest) -> HttpResponse:
    """POST /units/rename: unit, name."""
    unit = _unit(request)
    staffing.rename_unit(unit, request.POST.get("name", ""), actor=_actor(request))
    return _to_unit(unit.code)


def _to_unit(code: str) -> HttpResponse:
    return redirect(f"/units/?{urlencode({'unit': code})}")


@on_page(people_page)
@changes
@require_POST
def person_add(request: HttpRequest) -> HttpResponse:
    """POST /people/add: username, full_name, password, email."""
    form = request.POST
    made = staffing.add_person(
        form.get("username", ""),
        form.get("full_name", ""),
        form.get("password", ""),
        email=form.get("email", ""),
        actor=_actor(request),
    )
    return redirect("person", made.pk)


@changes
@require_POST
def person_change(request: HttpRequest, user_id: int, what: str) -> HttpResponse:
    """POST /people/<id>/<what>: password, second-factor, disable, enable."""
    user, actor = get_object_or_404(User, pk=user_id), _actor(request)
    if what == "password":
        staffing.give_password(user, request.POST.get("password", ""), actor=actor)
    elif what == "second-factor":
        staffing.reset_second_factor(user, actor=actor)
    elif what in ("disable", "enable"):
        staffing.set_active(user, what == "enable", actor=actor)
    else:
        raise errors.NotFound()
    return say_and_return(request, _("Done; it holds from this person's next request on."))


@changes
@require_POST
def post_add(request: HttpRequest) -> HttpResponse:
    """POST /units/posts/add: unit, user, role, valid_from, valid_until."""
    form = request.POST
    user = User.objects.filter(pk=number(form.get("user")) or 0).first()
    if user is None:
        raise errors.InvalidInput(field=_("Person"), expected=_("a person of the list"))
    staffing.post(
        user,
        form.get("role", ""),
        _unit(request),
        valid_from=day(form.get("valid_from", "")),
        valid_until=day(form.get("valid_until", "")),
        actor=_actor(request),
    )
    return say_and_return(request, _("The post is given."))


@changes
@require_POST
def post_end(request: HttpRequest, posting_id: int) -> HttpResponse:
    """POST /units/posts/<id>/end: last_day."""
    posting = get_object_or_404(Posting.objects.select_related("user", "unit"), pk=posting_id)
    staffing.end_post(posting, last_day=day(request.POST.get("last_day", "")), actor=_actor(request))
    return say_and_return(request, _("The post has ended."))
