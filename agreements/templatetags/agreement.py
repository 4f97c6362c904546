"""Hands the subject's part of a case page to the template that the engine's case page includes."""

import uuid
from typing import Any

from django import template

from agreements import authority, forms
from agreements.models import Agreement
from agreements.queries import brief, page, versions
from workflow import clock, policies
from workflow.models import Round
from workflow.views.access import authorities_of

register = template.Library()


@register.simple_tag(takes_context=True)
def agreement_page(context: dict[str, Any], case: Agreement) -> page.AgreementPage:
    """What is recorded, what is missing, and what the reader of this request may do."""
    return page.agreement_page(context["request"].user, case, clock.today())


@register.simple_tag
def upload_form(found: page.AgreementPage) -> forms.RecordForm:
    """The form that files a paper, with the types this reader may file."""
    return forms.paper_form(found.paper_types, {}, prefix="up")


@register.simple_tag
def fresh_key() -> str:
    """An idempotency key for one form."""
    return uuid.uuid4().hex


@register.simple_tag(takes_context=True)
def agreement_brief(context: dict[str, Any], case: Agreement) -> brief.Brief:
    """Key facts, papers and remedies for the drawer."""
    return brief.of(context["request"].user, case, clock.today())


@register.simple_tag(takes_context=True)
def may_withdraw(context: dict[str, Any], case: Agreement) -> bool:
    """Whether this reader's posts allow it in this state; nobody withdraws what is signed."""
    posts = authorities_of(context["request"])
    return not case.facts.get("signatures") and authority.find(posts, case, "withdraw", ()) is not None


@register.simple_tag
def agreement_versions(case: Agreement, sight: frozenset[str], rounds: list[Round]) -> versions.Comparison | None:
    """Versions side by side, for readers who may see all of the agreement."""
    return versions.compare(case, rounds) if sight == policies.ASPECTS else None
