"""The leaders' page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from workflow.models import kinds
from workflow.queries import board
from workflow.views.access import holds
from workflow.views.context import LEADERS

STATE_ORDER = (
    "draft",
    "in_review",
    "signing",
    "account_transfer",
    "homestead_adjustment",
    "final_check",
    "completed",
)


@holds(*LEADERS)
def board_page(request: HttpRequest) -> HttpResponse:
    """GET /board/."""
    user: Any = request.user
    found = board.board(user)
    found.states.sort(key=lambda line: STATE_ORDER.index(line.key) if line.key in STATE_ORDER else 99)
    for line in found.states:
        line.most = max(other.households for other in found.states)
    names = kinds.state_names()
    return render(request, "workflow/board.html", {"board": found, "state_names": names, "nav": "board"})
