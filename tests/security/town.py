"""A town's family with everything on file, and twelve people at its door: who may open what (promise P20)."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import Client

from agreements.models import Agreement, Member, Objection, Paper, PublicNotice
from tests import builders
from tests.agreements import families
from tests.security import canaries
from workflow import clock
from workflow.commands import people
from workflow.models import Phrase, Posting, Route, SavedView, SignIn, Step, Unit

OUTSIDERS = ("other_town", "stranger", "former", "nobody")  # who must not learn that the family exists
IDENTITIES = (
    "anonymous",
    "clerk",
    "receiving_town",
    "contact_cadre",
    "county_officer",
    "auditor",
    "system_admin",
    "security_admin",
    *OUTSIDERS,
)


@dataclass
class Town:
    """The family, and a value for every part of an address."""

    world: builders.World
    case: Agreement
    parts: dict[str, Any] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    def client(self, identity: str) -> Client:
        """A browser of this person; anonymous is signed out."""
        if identity not in self.clients:
            self.clients[identity] = Client(raise_request_exception=False)
            if identity != "anonymous":
                self.clients[identity].force_login(self.world.people[identity])
        return self.clients[identity]

    def fresh_client(self, identity: str, **checks: bool) -> Client:
        """A browser that has just signed in; a shared handler spares it from reading every static file again."""
        made = Client(raise_request_exception=False, **checks)
        if not checks:
            made.handler = self.client("anonymous").handler
        if identity != "anonymous":
            made.force_login(self.world.people[identity])
        return made


def build(world: builders.World) -> Town:
    """One agreement in account transfer with papers, an objection, members; a substitution; a colleague of town B."""
    case = families.draft(world)
    case = families.walk(world, case, "transfer")
    notice = PublicNotice.objects.get(agreement=case)
    _people(world)
    lent = people.lend(
        Posting.objects.get(user=world.clerk).pk,
        actor=world.clerk,
        substitute=world.clerk_2,
        until=clock.today() + timedelta(days=3),
    )
    mine = {"owner": world.clerk, "created_at": clock.now()}
    signed = SignIn.objects.create(user=world.clerk, session_key="x" * 32, at=clock.now())
    household = case.household
    canaries.settle(household)
    town = Town(world, case)
    town.parts = {
        "reference": case.reference,
        "step_id": Step.objects.get(case=case, plan="transfer", state="open").pk,
        "household_id": household.pk,
        "member_id": Member.objects.filter(agreement=case).order_by("pk").values_list("pk", flat=True)[0],
        "move": "permit",
        "verb": "delegate",
        "what": "notice",
        "objection_id": _objection(case, notice),
        "uid": Paper.objects.filter(agreement=case).order_by("pk").values_list("uid", flat=True)[0],
        "code": world.programme.code,
        "substitution_id": lent.pk,
        "sign_in_id": signed.pk,
        "posting_id": Posting.objects.get(user=world.village_reviewer).pk,
        "user_id": world.town_reviewer.pk,
        "route_id": Route.objects.filter(status="published").order_by("pk").values_list("pk", flat=True)[0],
        "case_id": case.pk,
        "form": "yaml",
        "channel": "email",
        "chapter": "dates",
        "supervision_id": 10**8,
        "week": "2026-11-23",
        "delivery_id": 10**8,
        "view_id": SavedView.objects.create(name="近期", query="tab=mine", **mine).pk,
        "phrase_id": Phrase.objects.create(text="请补户口簿", **mine).pk,
    }
    for identity in IDENTITIES:  # signing in writes; asking afterwards does not
        town.client(identity)
    return town


def _objection(case: Agreement, notice: PublicNotice) -> int:
    found = Objection.objects.create(notice=notice, topic="面积", received_on=case.created_at.date())
    return int(found.pk)


def _people(world: builders.World) -> None:
    town_b = Unit.objects.create(code="990101103", name="乙镇")
    world.people["other_town"] = builders.user("other_town", "clerk", town_b)
    world.people["former"] = builders.user("former")
    gone = {"role": "clerk", "unit": world.units[builders.HOME_TOWN]}
    Posting.objects.create(user=world.people["former"], valid_from="2020-01-01", valid_until="2020-12-31", **gone)
