"""Hand over a desk (离职转办): choose who leaves and who takes over, look at each step, then do it."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from workflow import clock, errors, policies
from workflow.commands import steps
from workflow.commands.handover import ensure_may_hand_over, posts_for
from workflow.models import Role, User
from workflow.queries import handover
from workflow.rules.numbers import number
from workflow.views.access import authorities_of, holds

may = holds(str(Role.SECURITY_ADMIN), str(Role.VICE_LEADER), str(Role.CHAIR), str(Role.COUNTY_OFFICER))


def _person(raw: str) -> User | None:
    return User.objects.filter(pk=number(raw) or 0).first()


def _near(request: HttpRequest) -> Any:
    """People with a post, past or present, in the reader's divisions."""
    found = User.objects.none()
    for authority in authorities_of(request):
        if authority.role in (Role.SECURITY_ADMIN, Role.VICE_LEADER, Role.CHAIR, Role.COUNTY_OFFICER):
            found = found | User.objects.filter(policies.prefix_range("postings__unit__code", authority.division))
    user: Any = request.user
    return found.exclude(pk=user.pk)


def _is_security(request: HttpRequest) -> bool:
    return any(authority.role == Role.SECURITY_ADMIN for authority in authorities_of(request))


@may
def page(request: HttpRequest) -> HttpResponse:
    """GET /people/hand-over/?leaver=&to=&posts= : the preview; nothing is written."""
    user: Any = request.user
    leaver, to = _person(request.GET.get("leaver", "")), _person(request.GET.get("to", ""))
    with_posts = request.GET.get("posts") == "1" and _is_security(request)
    if leaver:
        ensure_may_hand_over(leaver, actor=user)
    people = handover.people(_near(request), clock.today())
    giving = posts_for(leaver, to, actor=user) if with_posts and leaver and to else []
    givable = [post for post, why in giving if not why]
    context = {
        "people": people,
        "successors": handover.successors(people, leaver),
        "leaver": leaver,
        "to": to,
        "with_posts": with_posts,
        "givable": givable,
        "may_post": _is_security(request),
        "giving": giving,
        "desk": handover.desk(leaver, to, clock.today(), giving=givable) if leaver else None,
        "key": uuid.uuid4().hex,
        "nav": "people",
    }
    return render(request, "workflow/handover.html", context)


@may
@require_POST
def do(request: HttpRequest) -> HttpResponse:
    """POST /people/hand-over/do : leaver, to, posts, key; answers with one line per step."""
    user: Any = request.user
    leaver, to = _person(request.POST.get("leaver", "")), _person(request.POST.get("to", ""))
    if leaver is None or to is None or not _near(request).filter(pk=to.pk).exists():
        raise errors.NotFound()
    with_posts = request.POST.get("posts") == "1"
    lines = steps.hand_over(leaver, to, actor=user, with_posts=with_posts, key=request.POST.get("key"))
    done = sum(line.done for line in lines)
    context = {"lines": lines, "leaver": leaver, "to": to, "done": done, "left": len(lines) - done, "nav": "people"}
    return render(request, "workflow/handover_done.html", context)
