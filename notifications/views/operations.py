"""Messages that failed or whose outcome nobody knows; an operator says what became of them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notifications import queries
from notifications.channels import CHANNELS
from notifications.commands import operator
from workflow.commands import heartbeats
from workflow.views.access import holds
from workflow.views.context import OPERATORS

SHOWN = 200


@holds(*OPERATORS)
def messages_page(request: HttpRequest) -> HttpResponse:
    """GET /operations/messages/."""
    found = queries.troubled()[:SHOWN]
    rows = [(row, CHANNELS[row.channel].label if row.channel in CHANNELS else row.channel) for row in found]
    context = {"rows": rows, "counts": queries.counts(), "held": heartbeats.sending_is_held(), "nav": "operations"}
    return render(request, "notifications/messages.html", context)


@holds(*OPERATORS)
@require_POST
def settle(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """POST /operations/messages/<id>/settle."""
    user: Any = request.user
    operator.settle(delivery_id, actor=user, answer=request.POST.get("answer", ""))
    messages.success(request, _("Noted."))
    return redirect("messages")


@holds(*OPERATORS)
@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """POST /operations/messages/release : sending goes on after a long silence or a restore."""
    heartbeats.confirm_sending()
    messages.success(request, _("Sending goes on."))
    return redirect("messages")
