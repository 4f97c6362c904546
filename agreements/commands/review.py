"""What review rests on: the household's wish form, the public notice, objections to it and their answers."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from agreements import fields
from agreements.commands import checks, facts
from agreements.models import Objection, PublicNotice, WishForm
from workflow import errors
from workflow.commands.change import change, retried
from workflow.models import User

Day = date | str


@retried
def record_wish(
    case_id: int,
    *,
    actor: User,
    mode: str,
    signed_on: Day,
    paper_id: int,
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Record the signed wish form; a later form replaces the earlier one as long as review has not ended."""
    given = {"mode": mode, "signed_on": signed_on, "paper_id": paper_id}
    with change(case_id, actor=actor, verb="wish", key=key, body=given, now=now) as work:
        if not work.replayed:
            facts.act_as(work, "wish")
            values = checks.clean(given, fields.WISH, work.today, work.case)
            if values["mode"] != work.case.mode:
                raise checks.invalid(fields.WISH[0], _("the mode of the agreement"))
            WishForm.objects.update_or_create(agreement=work.case, defaults=values)
            facts.refresh(work, ["papers"], act="wish.recorded", mode=mode, paper=values["paper_id"])
            work.outcome = {"wish": mode}
    return work.outcome


@retried
def post_notice(
    case_id: int,
    *,
    actor: User,
    place: str,
    posted_on: Day,
    ends_on: Day,
    paper_id: int,
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Record the public notice (公示): where, from when to when, with its photo; posting again replaces it."""
    given = {"place": place, "posted_on": posted_on, "ends_on": ends_on, "paper_id": paper_id}
    with change(case_id, actor=actor, verb="notice", key=key, body=given, now=now) as work:
        if not work.replayed:
            facts.act_as(work, "notice")
            values = checks.clean(given, fields.NOTICE, work.today, work.case)
            PublicNotice.objects.update_or_create(agreement=work.case, defaults=values)
            facts.refresh(
                work,
                act="notice.posted",
                posted_on=str(values["posted_on"]),
                ends_on=str(values["ends_on"]),
                paper=values["paper_id"],
            )
            work.outcome = {"ends_on": str(values["ends_on"])}
    return work.outcome


@retried
def object_to(
    case_id: int, *, actor: User, topic: str, received_on: Day, key: str | None = None, now: datetime | None = None
) -> Objection:
    """Record an objection to the public notice; review cannot pass while it is open."""
    given = {"topic": topic, "received_on": received_on}
    with change(case_id, actor=actor, verb="objection", key=key, body=given, now=now) as work:
        if not work.replayed:
            facts.act_as(work, "notice")
            notice = PublicNotice.objects.filter(agreement=work.case).first()
            if notice is None:
                raise checks.invalid(fields.OBJECTION[0], _("a public notice posted before"))
            recorded = {"posted_on": notice.posted_on}
            values = checks.clean(given, fields.OBJECTION, work.today, work.case, recorded)
            objection = Objection.objects.create(notice=notice, **values)
            facts.refresh(work, act="objection.received", objection=objection.pk)
            work.outcome = {"objection": objection.pk}
    return Objection.objects.get(pk=work.outcome["objection"])


@retried
def answer_objection(
    objection_id: int,
    *,
    actor: User,
    reply_no: str,
    resolved_on: Day,
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Close an objection with the number of the written reply."""
    found = Objection.objects.filter(pk=objection_id).select_related("notice").first()
    if found is None:
        raise errors.NotFound()
    given = {"reply_no": reply_no, "resolved_on": resolved_on}
    case_id, body = found.notice.agreement_id, [objection_id, given]
    with change(case_id, actor=actor, verb="objection.answer", key=key, body=body, now=now) as work:
        if not work.replayed:
            facts.act_as(work, "notice")
            objection = Objection.objects.get(pk=objection_id)
            if objection.resolved_on:
                raise checks.invalid(fields.ANSWER[0], _("an objection that is still open"))
            recorded = {"received_on": objection.received_on}
            values = checks.clean(given, fields.ANSWER, work.today, work.case, recorded)
            objection.reply_no, objection.resolved_on = values["reply_no"], values["resolved_on"]
            objection.save(update_fields=["reply_no", "resolved_on"])
            facts.refresh(work, act="objection.answered", objection=objection.pk)
            work.outcome = {"objection": objection.pk}
    return work.outcome
