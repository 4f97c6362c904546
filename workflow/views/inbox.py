"""The inbox and its bell; both read the notice rows, so they work with every worker dead."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workflow import clock
from workflow.commands import inbox as commands
from workflow.queries import inbox
from workflow.rules.numbers import numbers
from workflow.rules.numbers import page as page_asked
from workflow.views.access import signed_in
from workflow.views.refusals import say_and_return


@signed_in
def inbox_page(request: HttpRequest) -> HttpResponse:
    """GET /inbox/?page= : words owed to me, newest first."""
    user: Any = request.user
    page = inbox.pending(user, page_asked(request.GET.get("page")), now=clock.now())
    today = clock.today()
    context = {"page": page, "today": today, "yesterday": today - timedelta(days=1), "nav": "inbox"}
    return render(request, "workflow/inbox.html", context)


@signed_in
@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    """POST /inbox/read : ids, or everything when none is named."""
    user: Any = request.user
    ids = numbers(request.POST.getlist("id"))
    commands.mark_read(ids or None, actor=user)
    return say_and_return(request, _("Marked as read."))
