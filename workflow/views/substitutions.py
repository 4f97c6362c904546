"""Hand over for a day off: lend one of my postings to a colleague until a date."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workflow import candidates, clock, errors, policies
from workflow.commands import people
from workflow.models import Substitution, User
from workflow.rules.numbers import number
from workflow.views.access import signed_in
from workflow.views.again import on_page
from workflow.views.cases import day, needed_day
from workflow.views.refusals import say_and_return


@signed_in
def substitutions(request: HttpRequest) -> HttpResponse:
    """GET /substitutions/ : lend, what I lent, what I was lent."""
    user: Any = request.user
    today = clock.today()
    held = policies.postings_of(user, today)
    mine = [a for a in held if a.lender is None]
    context = {
        "mine": mine,
        "colleagues": candidates.colleagues(user, mine, today, also={a.role for a in mine}),
        "lent": Substitution.objects.filter(posting__user=user)
        .select_related("posting__unit", "substitute")
        .order_by("-id")[:20],
        "borrowed": [a for a in held if a.lender],
        "today": today,
    }
    return render(request, "workflow/substitutions.html", context)


@on_page(substitutions)
@signed_in
@require_POST
def lend(request: HttpRequest) -> HttpResponse:
    """POST /substitutions/lend."""
    user: Any = request.user
    form = request.POST
    until = needed_day(form, "until", _("Until"))
    chosen = User.objects.filter(pk=number(form.get("substitute")) or 0).first()
    posting = number(form.get("posting"))
    if chosen is None or posting is None:
        raise errors.NotFound()
    people.lend(
        posting,
        actor=user,
        substitute=chosen,
        until=until,
        valid_from=day(form.get("valid_from", ""), _("From"), "valid_from"),
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
