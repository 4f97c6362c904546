"""What the case page, its drawer, the work-through and the print-out show of one case."""

import uuid
from typing import Any

from django.http import HttpRequest

from workflow import clock
from workflow.queries import around, casepage, desk, timing
from workflow.rules.codes import HOLD_CAUSES, LEANINGS, PARTIES, REASON_CODES
from workflow.views.access import authorities_of


def context_of(request: HttpRequest, reference: str) -> dict[str, Any]:
    """Everything their templates ask for; NotFound when the case is out of sight (promise P20)."""
    user: Any = request.user
    page = casepage.case_page(user, reference)
    return {
        "page": page,
        "around": around.around(page.found),
        "key": uuid.uuid4().hex,
        "reason_codes": REASON_CODES,
        "hold_causes": HOLD_CAUSES,
        "hold_parties": PARTIES,
        "timing": timing.of_page(page, authorities_of(request), clock.today()),
        "leanings": LEANINGS,
        "today": clock.today(),
        "nav": "queue",
        "phrases": desk.chips(user, authorities_of(request)),
    }
