"""Papers: file one with its scan and hash, or withdraw it. Nothing is ever deleted."""

import hashlib
import uuid
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import authority, lifecycle
from agreements.commands import checks, facts
from agreements.fields import Field
from agreements.models import AccountTransfer, Paper, PublicNotice, Signature, WishForm
from workflow import errors
from workflow.commands.change import change, retried
from workflow.models import User

LIMIT = 20 * 1024 * 1024
# by content, never by the name or type a browser claims
SIGNATURES = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
)
TYPE = Field("type", "choice", gettext_lazy("Kind of paper"), choices=lifecycle.PAPERS)
NUMBER = Field("number", "text", gettext_lazy("Number"), required=False, size=80)
TITLE = Field("title", "text", gettext_lazy("Title"), required=False, size=120)
DATED_ON = Field("dated_on", "day", gettext_lazy("Date of the paper"), required=False)
UPLOAD = Field("upload", "file", gettext_lazy("File"))


@retried
def file(
    case_id: int,
    *,
    actor: User,
    type: str,
    upload: Any,
    number: str = "",
    title: str = "",
    dated_on: date | str | None = None,
    key: str | None = None,
    now: datetime | None = None,
) -> Paper:
    """Put a paper on file: PDF, JPEG or PNG, at most 20 MB, kept with its SHA-256."""
    raw, content_type, extension = _read(upload)
    digest = hashlib.sha256(raw).hexdigest()
    body = [type, number, title, dated_on, digest]
    with change(case_id, actor=actor, verb="paper.file", key=key, body=body, now=now) as work:
        if not work.replayed:
            given = {"type": type, "number": number, "title": title, "dated_on": dated_on}
            values = checks.clean(given, (TYPE, NUMBER, TITLE, DATED_ON), work.today, work.case)
            facts.act_as(work, authority.paper_act(type))
            uid = uuid.uuid4()
            paper = Paper(
                agreement=work.case,
                uid=uid,
                original_name=_safe_name(upload.name or ""),
                content_type=content_type,
                size=len(raw),
                sha256=digest,
                filed_by=actor,
                filed_at=work.now,
                **values,
            )
            # the stored name carries no person's name
            paper.file.save(f"{uid}.{extension}", ContentFile(raw), save=False)
            paper.save()
            aspect = lifecycle.PAPER_ASPECT.get(type)
            facts.refresh(work, [aspect] if aspect else [], act="paper.filed", paper=paper.pk, type=type, sha256=digest)
            work.outcome = {"paper": paper.pk}
    return Paper.objects.get(pk=work.outcome["paper"])


def _read(upload: Any) -> tuple[bytes, str, str]:
    if upload is None:
        raise checks.invalid(UPLOAD, _("a PDF, JPEG or PNG file"))
    if upload.size > LIMIT:
        raise checks.invalid(UPLOAD, _("at most 20 MB"))
    raw = upload.read()
    for signature, content_type, extension in SIGNATURES:
        if raw.startswith(signature):
            return raw, content_type, extension
    raise checks.invalid(UPLOAD, _("a PDF, JPEG or PNG file"))


def _safe_name(name: str) -> str:
    """The last part of the name a browser sent, without control characters; kept for people, never used as a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if ord(letter) >= 32)[-160:]


@retried
def withdraw(paper_id: int, *, actor: User, key: str | None = None, now: datetime | None = None) -> dict[str, Any]:
    """Take a wrongly filed paper off the list; it stays stored, and nothing that rests on it can lose it."""
    case_id = Paper.objects.filter(pk=paper_id).values_list("agreement_id", flat=True).first()
    if case_id is None:
        raise errors.NotFound()
    with change(case_id, actor=actor, verb="paper.withdraw", key=key, body=paper_id, now=now) as work:
        if not work.replayed:
            paper = Paper.objects.get(pk=paper_id)
            facts.act_as(work, authority.paper_act(paper.type))
            if paper.withdrawn_at:
                raise checks.invalid(TYPE, _("a paper still on file"))
            if used(paper):
                raise checks.invalid(TYPE, _("a paper that no form, notice, signature or transfer rests on"))
            paper.withdrawn_at = work.now
            paper.save(update_fields=["withdrawn_at"])
            aspect = lifecycle.PAPER_ASPECT.get(paper.type)
            facts.refresh(work, [aspect] if aspect else [], act="paper.withdrawn", paper=paper.pk, type=paper.type)
            work.outcome = {"paper": paper.pk}
    return work.outcome


def used(paper: Paper) -> bool:
    """Whether another record rests on this paper."""
    return (
        WishForm.objects.filter(paper=paper).exists()
        or PublicNotice.objects.filter(paper=paper).exists()
        or AccountTransfer.objects.filter(paper=paper).exists()
        or Signature.objects.filter(paper=paper).exists()
        or Signature.objects.filter(proxy_paper=paper).exists()
    )
