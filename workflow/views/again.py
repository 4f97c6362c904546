"""A form that was refused is shown again on its own page: what is wrong beside its field, what was typed still there.

`request.refused` carries the refusal to the template tags of the same page (templatetags/refused.py).
"""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from workflow.errors import Refusal
from workflow.views.access import View, read_once
from workflow.views.refusals import wants_json


def on_page(page: Callable[..., HttpResponseBase]) -> Callable[[View], View]:
    """Decorates what a form posts to; `page` shows the form, called with the same request and arguments."""

    def guard(view: View) -> View:
        @functools.wraps(view)
        def posting(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(request, *args, **kwargs)
            except Refusal as refusal:
                in_part = request.headers.get("HX-Request") or wants_json(request)
                own = refusal.status == 422 or refusal.at  # what has moved on meanwhile is a page of its own
                if not own or request.method != "POST" or in_part:
                    raise
                return _again(request, refusal, page, args, kwargs)

        return posting

    return guard


def _again(
    request: HttpRequest, refusal: Refusal, page: Callable[..., HttpResponseBase], args: Any, kwargs: Any
) -> HttpResponseBase:
    request.refused = refusal  # type: ignore[attr-defined]
    read_once(request, again=True)
    answer = page(request, *args, **kwargs)
    answer.status_code = refusal.status
    return answer
