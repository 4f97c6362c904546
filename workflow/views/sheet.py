"""The answers of the sheet: what was done in the drawer, in a run or on a row is shown there, and the page stays.

Each form of a sheet says where it stands (`sheet`), which rows of the list belong to it (`row`), what follows
(`following`, or `here` and `ahead` in a run); list.js adds these. Without a script the whole page is shown anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from workflow import errors
from workflow.queries import filters, queue
from workflow.rules.numbers import numbers
from workflow.views import work
from workflow.views.access import read_once
from workflow.views.refusals import way_back
from workflow.views.showing import context_of

ROWS = 20  # rows of one case on a page of the list


@dataclass(frozen=True)
class Done:
    """What was done, in words, and to which case."""

    said: str
    reference: str
    step_id: int = 0
    leaves: bool = False  # the reader's list goes on to the next item
    undo: bool = False  # it can be taken back
    taken_back: bool = False  # it was
    name: str = ""  # of the case, where the words may stand beside another one

    @property
    def message(self) -> str:
        """The words, with the case they are about."""
        return _("%(name)s: %(done)s") % {"name": self.name, "done": self.said} if self.name else self.said


def answer(request: HttpRequest, done: Done) -> HttpResponse:
    """One round trip: the sheet as it is now or the next item, the list's rows, and a toast with the undo."""
    place = request.POST.get("sheet", "")
    if not request.headers.get("HX-Request") or place not in PLACES:
        return _whole_page(request, done)
    read_once(request, again=True)
    return PLACES[place](request, done)


def _whole_page(request: HttpRequest, done: Done) -> HttpResponse:
    """Back to where the person was; the words, and the undo, stand on the page that follows."""
    messages.success(request, done.message, extra_tags=f"undo undo-{done.step_id}" if done.undo else "")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": way_back(request)})
    return redirect(way_back(request))


def _in_drawer(request: HttpRequest, done: Done) -> HttpResponse:
    shown = _shown(request, request.POST.get("following", "") if done.leaves else done.reference)
    return render(request, "workflow/decided.html", shown | _rows(request) | _toast(request, done))


def _on_row(request: HttpRequest, done: Done) -> HttpResponse:
    return render(request, "workflow/decided_row.html", _rows(request) | _toast(request, done))


def _in_run(request: HttpRequest, done: Done) -> HttpResponse:
    address = QueryDict(request.POST.get("ahead" if done.leaves else "here", ""), mutable=True)
    if done.taken_back:  # the step asked again stands in the run where the one taken back stood
        again = str(queue.asked_again(done.step_id) or done.step_id)
        ids = address.get("ids", "").split("-")
        address["ids"] = "-".join(again if one == str(done.step_id) else one for one in ids)
    shown = work.context(request, address)
    found = render(request, "workflow/decided_work.html", shown | _toast(request, done))
    found.headers["HX-Push-Url"] = f"/queue/work/?{address.urlencode()}"
    return found


PLACES: dict[str, Callable[[HttpRequest, Done], HttpResponse]] = {
    "drawer": _in_drawer,
    "work": _in_run,
    "row": _on_row,
}


def _shown(request: HttpRequest, reference: str) -> dict[str, Any]:
    """The sheet of a case; nothing when there is none, or it went out of sight meanwhile."""
    try:
        return context_of(request, reference) if reference else {}
    except errors.NotFound:
        return {}


def _rows(request: HttpRequest) -> dict[str, Any]:
    """The rows that the sheet's case has in the reader's list: as they are now, or gone."""
    user: Any = request.user
    ids = numbers(request.POST.getlist("row"))[:ROWS]
    asked = filters.asked(QueryDict(_query_of(request.headers.get("HX-Current-URL", ""))).dict())
    found = {row.step.pk: row for row in queue.listed_rows(user, asked, ids)} if ids else {}
    return {"rows": [(pk, found.get(pk)) for pk in ids], "tab": asked.tab}


def _query_of(address: str) -> str:
    try:
        return urlsplit(address).query
    except ValueError:  # a browser never sends such an address, a program may
        return ""


def _toast(request: HttpRequest, done: Done) -> dict[str, Any]:
    return {
        "done": done,
        "toast_sheet": request.POST["sheet"],
        "toast_here": request.POST.get("here", ""),
        "list_changed": done.taken_back,
    }
