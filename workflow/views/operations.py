"""The state of the machine itself, and the findings of the hourly check with what may be done about each."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from workflow import clock, errors, hourly
from workflow.commands import mends
from workflow.models import User
from workflow.queries import findings, operations
from workflow.rules.numbers import number
from workflow.views.access import authorities_of, holds
from workflow.views.context import OPERATORS
from workflow.views.refusals import say_and_return

MEND_NAMES = {
    mends.GIVE: _l("Give it to this person"),
    mends.SUPERIOR: _l("Ask the superior"),
    mends.AGAIN: _l("Open the round again"),
    mends.FACTS: _l("Derive the facts anew"),
    mends.RETRY: _l("Try to move on"),
}


@holds(*OPERATORS)
def operations_page(request: HttpRequest) -> HttpResponse:
    """GET /operations/."""
    context = {
        "status": operations.status(clock.now(), clock.today()),
        "checked": findings.standing(authorities_of(request), clock.now()),
        "mends": mends.MENDS,
        "mend_names": MEND_NAMES,
        "key": uuid.uuid4().hex,
        "nav": "operations",
    }
    return render(request, "workflow/operations.html", context)


@holds(*OPERATORS)
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """POST /operations/check: the hourly check now."""
    found = hourly.run()
    return say_and_return(request, _("Checked: %(n)s findings.") % {"n": found["open"]})


@holds(*OPERATORS)
@require_POST
def mend(request: HttpRequest) -> HttpResponse:
    """POST /operations/mend: finding, how, to (for give), key."""
    user: Any = request.user
    form = request.POST
    finding = number(form.get("finding"))
    if finding is None:
        raise errors.NotFound()
    to = User.objects.filter(pk=number(form.get("to")) or 0).first()
    mends.mend(finding, form.get("how", ""), actor=user, to=to, key=form.get("key"))
    return say_and_return(request, _("Put right. The next check looks again."))
