"""The audit page: who did what, who held which post, is history whole."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from workflow import audit, clock
from workflow.commands import heartbeats
from workflow.models import Role
from workflow.queries import history
from workflow.views.access import holds
from workflow.views.cases import day
from workflow.views.context import AUDITORS
from workflow.views.refusals import say_and_return

EVENT_NAMES = {
    "case.opened": _l("Opened"),
    "round.opened": _l("Round opened"),
    "round.closed": _l("Round closed"),
    "step.decided": _l("Decided"),
    "case.moved": _l("Moved on"),
    "case.sent_back": _l("Sent back"),
    "case.held": _l("Hold began"),
    "case.resumed": _l("Hold ended"),
    "step.claimed": _l("Claimed"),
    "step.released": _l("Released"),
    "sight.granted": _l("Receiving side may look"),
    "subject.changed": _l("Content written"),
    "posting.lent": _l("Post lent"),
    "posting.returned": _l("Post taken back"),
    "route.published": _l("Route published"),
    "programme.loaded": _l("Programme loaded"),
    "account.created": _l("Account created"),
    "account.password_reset": _l("Password reset"),
    "case.ended": _l("Ended"),
    "case.reopened": _l("Reopened"),
    "step.nudged": _l("Urged"),
    "case.copied": _l("Copied"),
    "case.copy_read": _l("Copy read"),
    "step.redirected": _l("Goes to a superior"),
    "step.carried": _l("Earlier decision carried forward"),
    "case.overridden": _l("Passed by override"),
    "step.in_batch": _l("Decided together with others"),
    "step.handed_over": _l("Handed over"),
    "desk.handed_over": _l("Desk handed over"),
    "posting.moved": _l("Post moved to a successor"),
    "case.mended": _l("Put right by an operator"),
}


@holds(*AUDITORS)
def audit_page(request: HttpRequest) -> HttpResponse:
    """GET /audit/?person=&case=&day=&page=&posts_on=&role= ."""
    user: Any = request.user
    today, raw = clock.today(), request.GET.get("page", "1")
    posts_on = day(request.GET.get("posts_on", "")) or today
    trail = history.trail(
        user,
        today,
        person=request.GET.get("person", "").strip(),
        reference=request.GET.get("case", "").strip(),
        day=day(request.GET.get("day", "")),
        page=int(raw) if raw.isdigit() else 1,
    )
    context = {
        "trail": trail,
        "asked": request.GET,
        "posts_on": posts_on,
        "nav": "audit",
        "roles": Role.choices,
        "postings": history.postings_on(posts_on, request.GET.get("role", "")),
        "verified": history.last_verification(),
        "event_names": EVENT_NAMES,
    }
    return render(request, "workflow/audit.html", context)


@holds(*AUDITORS)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """POST /audit/verify: walk every chain now."""
    found = audit.verify()
    heartbeats.beat("audit", clock.now(), ok=found.ok, checked=found.checked, first_bad=found.first_bad)
    if found.ok:
        return say_and_return(request, _("History is whole: %(n)s events checked.") % {"n": found.checked})
    return say_and_return(
        request, _("HISTORY WAS TOUCHED at %(where)s: %(why)s.") % {"where": found.first_bad, "why": found.why}
    )
