"""Hand over for a day off: lend one of my postings to a colleague until a date."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workflow import clock, errors, policies
from workflow.commands import people
from workflow.models import Posting, Substitution, User
from workflow.rules.numbers import number
from workflow.views.access import signed_in
from workflow.views.cases import day
from workflow.views.refusals import say_and_return


def colleagues(user: User) -> Any:
    """Who may stand in: holders of a valid post in the same counties."""
    today = clock.today()
    counties = {a.division[:6] for a in policies.postings_of(user, today) if a.lender is None}
    posts = Posting.objects.filter(policies.valid_on(today), user__is_active=True).exclude(user=user)
    found = [posts.filter(policies.prefix_range("unit__code", code)).values("user") for code in counties]
    return User.objects.filter(pk__in=found[0]).order_by("full_name") if found else User.objects.none()


@signed_in
def substitutions(request: HttpRequest) -> HttpResponse:
    """GET /substitutions/ : lend, what I lent, what I was lent."""
    user: Any = request.user
    today = clock.today()
    context = {
        "mine": [a for a in policies.postings_of(user, today) if a.lender is None],
        "colleagues": colleagues(user),
        "lent": Substitution.objects.filter(posting__user=user)
        .select_related("posting__unit", "substitute")
        .order_by("-id")[:20],
        "borrowed": [a for a in policies.postings_of(user, today) if a.lender],
        "today": today,
    }
    return render(request, "workflow/substitutions.html", context)


@signed_in
@require_POST
def lend(request: HttpRequest) -> HttpResponse:
    """POST /substitutions/lend."""
    user: Any = request.user
    form = request.POST
    until = day(form.get("until", ""))
    if until is None:
        raise errors.InvalidInput(field=_("Until"), expected=_("a date such as 2027-06-30"))
    chosen = colleagues(user).filter(pk=number(form.get("substitute")) or 0).first()
    posting = number(form.get("posting"))
    if chosen is None or posting is None:
        raise errors.NotFound()
    people.lend(
        posting,
        actor=user,
        substitute=chosen,
        until=until,
        valid_from=day(form.get("valid_from", "")),
        reason=form.get("reason", "")[:200],
    )
    return say_and_return(request, _("Lent. History will show both names."))


@signed_in
@require_POST
def revoke(request: HttpRequest, substitution_id: int) -> HttpResponse:
    """POST /substitutions/<id>/revoke."""
    user: Any = request.user
    people.revoke(substitution_id, actor=user)
    return say_and_return(request, _("Taken back."))
