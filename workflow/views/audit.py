"""The audit page: who did what, who held which post, is history whole."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from workflow import clock, errors, policies
from workflow.commands import anchors, looks
from workflow.models import Role
from workflow.queries import audit_pack, history
from workflow.rules.numbers import page as page_asked
from workflow.views.access import holds, signed_in
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
    "route.drafted": _l("Draft of a route begun"),
    "route.discarded": _l("Draft of a route discarded"),
    "case.migrated": _l("Moved to another version of its route"),
    "case.migration_reverted": _l("Back to the former version of its route"),
    "programme.loaded": _l("Programme loaded"),
    "programme.dates_moved": _l("Programme dates moved"),
    "calendar.changed": _l("County calendar changed"),
    "calendar.loaded": _l("Published holidays loaded"),
    "promise.made": _l("Date promised"),
    "account.created": _l("Account created"),
    "account.password_reset": _l("Password reset"),
    "account.second_factor_set": _l("Second factor set"),
    "account.second_factor_reset": _l("Second factor reset"),
    "account.disabled": _l("Account switched off"),
    "account.enabled": _l("Account switched on"),
    "unit.created": _l("Unit added"),
    "unit.renamed": _l("Unit renamed"),
    "posting.given": _l("Post given"),
    "posting.ended": _l("Post ended"),
    "data.exported": _l("Exported"),
    "system.installed": _l("Set up"),
    "step.opened": _l("Step opened"),
    "step.closed": _l("Step ended without a decision"),
    "signer.added": _l("Signer added"),
    "signer.dropped": _l("Signer dropped"),
    "step.reassigned": _l("Step reassigned"),
    "step.delegated": _l("Opinion asked for"),
    "opinion.given": _l("Opinion given"),
    "step.taken_back": _l("Decision taken back"),
    "step.kept": _l("Step back with its decider"),
    "sight.ended": _l("Sight ended"),
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

CHAINS = {  # by what stands before the colon of a stream
    "case": _l("Agreement"),
    "unit": _l("Unit"),
    "route": _l("Route"),
    "programme": _l("Programme"),
    "calendar": _l("Calendar"),
    "system": _l("The system"),
}
TABS = {
    "events": _l("What happened"),
    "looks": _l("Who looked"),
    "posts": _l("Who held the post"),
    "whole": _l("Whole?"),
}
LOOK_NAMES = {
    "page": _l("opened the page"),
    "drawer": _l("opened it beside the queue"),
    "print": _l("opened the print-out"),
    "export": _l("took it away in an export"),
    "paper": _l("opened a paper"),
}
LOOKS_SHOWN = 200


def asked_of(data: QueryDict) -> history.Asked:
    """The filter in an address or a form; nonsense dates are refused in words."""
    return history.Asked(
        person=data.get("person", "").strip(),
        reference=data.get("case", "").strip(),
        kind=data.get("kind", "").strip(),
        day=day(data.get("day", "")),
        until=day(data.get("until", "")),
    )


@holds(*AUDITORS)
def audit_page(request: HttpRequest) -> HttpResponse:
    """GET /audit/?tab=&person=&case=&kind=&day=&until=&page=&posts_on=&role= ."""
    asked, today = asked_of(request.GET), clock.today()
    tab = request.GET.get("tab", "events")
    context = {
        "tabs": TABS,
        "tab": tab if tab in TABS else "events",
        "asked": request.GET,
        "filtered": bool(asked.words),
        "nav": "audit",
        "verified": history.last_verification(),
        "event_names": dict(sorted(EVENT_NAMES.items())),
        "chains": CHAINS,
        **_content(request, asked, tab, today, page_asked(request.GET.get("page"))),
    }
    return render(request, "workflow/audit.html", context)


def _content(request: HttpRequest, asked: history.Asked, tab: str, today: date, page: int) -> dict[str, Any]:
    """What the chosen tab lists."""
    user: Any = request.user
    if tab == "looks":
        signed = history.sign_ins_of(asked.person) if asked.person else []
        found = list(history.looks_of(user, today, asked)[:LOOKS_SHOWN])
        return {
            "looks": found,
            "look_names": LOOK_NAMES,
            "papers": history.papers_of(found),
            "sign_ins": signed,
        }
    if tab == "posts":
        posts_on = day(request.GET.get("posts_on", "")) or today
        held = history.postings_on(posts_on, request.GET.get("role", ""))
        return {"posts_on": posts_on, "roles": Role.choices, "postings": held}
    if tab == "whole":
        return {"verifications": history.verifications(), "public_key": audit_pack.public_key()}
    return {"trail": history.trail(user, today, asked, page)}


@holds(*AUDITORS)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """POST /audit/verify: walk every chain and the anchors now."""
    user: Any = request.user
    found = anchors.verify_all(by=user)
    if found.ok:
        return say_and_return(request, _("History is whole: %(n)s events checked.") % {"n": found.checked})
    return say_and_return(
        request, _("HISTORY WAS TOUCHED at %(where)s: %(why)s.") % {"where": found.first_bad, "why": _(found.why)}
    )


@holds(*AUDITORS)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """POST /audit/export: the filtered events and looks as a signed pack; the export itself leaves an event."""
    user: Any = request.user
    asked, today, moment = asked_of(request.POST), clock.today(), clock.now()
    events = history.events_of(user, today, asked).order_by("stream", "sequence")
    if events.count() > audit_pack.MOST:
        raise errors.InvalidInput(field=_("Day"), expected=_("a shorter period: at most 200,000 events at once"))
    seen = history.looks_of(user, today, asked)[: audit_pack.MOST]
    pack = audit_pack.build(events, seen, moment, {"by": user.username, **asked.words})
    looks.exported(pack.case_ids, "audit", actor=user, now=moment, events=pack.events)
    name = f"audit-{moment.astimezone(clock.SHANGHAI):%Y%m%d-%H%M%S}.zip"
    return HttpResponse(
        pack.content,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@signed_in
@require_POST
def looked(request: HttpRequest, reference: str) -> HttpResponse:
    """POST /cases/<reference>/looked: the page's own script says that it was shown."""
    user: Any = request.user
    case = policies.case_or_404(user, reference, clock.today())
    looks.looked(case, request.POST.get("what", ""), actor=user)
    return HttpResponse(status=204)
