"""The page of a person's own views and phrases, and what saves and removes them."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workflow.commands import desk as commands
from workflow.queries import desk, filters
from workflow.rules.numbers import number
from workflow.views.access import authorities_of, signed_in
from workflow.views.again import on_page
from workflow.views.queue import queue_page
from workflow.views.refusals import say_and_return


@signed_in
def keeping(request: HttpRequest) -> HttpResponse:
    """GET /desk/ : my views and phrases, and those shared with my roles."""
    user: Any = request.user
    authorities = authorities_of(request)
    context = {
        "views": desk.views(user, authorities),
        "phrases": desk.phrases(user, authorities),
        "own_postings": [one for one in authorities if one.lender is None],
    }
    return render(request, "workflow/desk.html", context)


def _its_list(request: HttpRequest) -> HttpResponseBase:
    """The queue as it was narrowed when the view was to be kept."""
    request.GET = QueryDict(request.POST.get("query", ""))
    return queue_page(request)


@on_page(_its_list)
@signed_in
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """POST /desk/views : name, the address's query, and the posting to share it with."""
    user: Any = request.user
    asked = filters.asked(QueryDict(request.POST.get("query", "")).dict())
    query = asked.query()
    commands.save_view(actor=user, name=request.POST.get("name", ""), query=query, posting=shared_with(request))
    return redirect(f"/queue/?{query}")


@signed_in
@require_POST
def drop_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """POST /desk/views/<id>/remove."""
    user: Any = request.user
    commands.drop_view(view_id, actor=user)
    return say_and_return(request, _("Removed."))


@signed_in
@require_POST
def save_phrase(request: HttpRequest) -> HttpResponse:
    """POST /desk/phrases."""
    user: Any = request.user
    commands.save_phrase(actor=user, text=request.POST.get("text", ""), posting=shared_with(request))
    return say_and_return(request, _("Saved."))


@signed_in
@require_POST
def drop_phrase(request: HttpRequest, phrase_id: int) -> HttpResponse:
    """POST /desk/phrases/<id>/remove."""
    user: Any = request.user
    commands.drop_phrase(phrase_id, actor=user)
    return say_and_return(request, _("Removed."))


def shared_with(request: HttpRequest) -> int | None:
    """The posting whose role shares it, or none."""
    return number(request.POST.get("posting", ""))
