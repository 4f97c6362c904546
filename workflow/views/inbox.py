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
from workflow.views.access import signed_in
from workflow.views.refusals import say_and_return


@signed_in
def inbox_page(request: HttpRequest) -> HttpResponse:
    """GET /inbox/?page= : words owed to me, newest first."""
    user: Any = request.user
    raw = request.GET.get("page", "1")
    page = inbox.pending(user, int(raw) if raw.isdigit() else 1, now=clock.now())
    today = clock.today()
    context = {"page": page, "today": today, "yesterday": today - timedelta(days=1), "nav": "inbox"}
    return render(request, "workflow/inbox.html", context)


@signed_in
@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    """POST /inbox/read : ids, or everything when none is named."""
    user: Any = request.user
    ids = [int(raw) for raw in request.POST.getlist("id") if raw.isdigit()]
    commands.mark_read(ids or None, actor=user)
    return say_and_return(request, _("Marked as read."))
