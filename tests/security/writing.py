"""One valid form for every address that writes, generated nowhere: whoever adds an address writes its form here.

A `Form` is made inside the request's transaction by real commands, so that the request that follows is accepted and
changes something. Promises P23 (nothing beside the form counts), P24 and P28 are proved over this table.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from agreements.commands import typed
from agreements.models import Agreement, Household, Objection, PublicNotice
from tests import builders
from tests.agreements import families
from tests.security import town
from tests.security.town import Town
from workflow import clock
from workflow.commands import cases, steps, supervision, weekly
from workflow.models import Notice, Step, Unit, User
from workflow.queries import weekly as queries

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Form:
    """What a browser sends: parts of the address that differ from the town's, fields, and fields left empty."""

    data: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)
    also: tuple[str, ...] = ()  # fields of this form that are not filled in here: they are the form's, too


@dataclass(frozen=True)
class Scene:
    """The town's family under way, and a second whose draft its clerk may hand in, a third without one."""

    place: Town
    draft: Agreement
    waiting: Household

    def person(self, name: str) -> User:
        """Somebody of the county."""
        return self.place.world.people[name]

    def step(self, plan: str = "draft") -> Step:
        """An open step of the draft."""
        return builders.open_step(self.draft, plan)

    def unit(self, code: str = builders.HOME_TOWN) -> Unit:
        """A unit of the county."""
        return self.place.world.units[code]


Made = Callable[[Scene], Form]


def scene(world: builders.World) -> Scene:
    """Both families; what the drafting step asks for lies on file, so that it can be approved."""
    place = town.build(world)
    draft = families.draft(world)
    families.give(world, draft, builders.open_step(draft, "draft"))
    return Scene(place, families.again(draft), families.household(world))


def later(days: int = 3) -> str:
    """A day ahead, as typed."""
    return (clock.today() + days * DAY).isoformat()


def of_step(s: Scene, **data: Any) -> Form:
    return Form({"key": "k1", **data}, {"step_id": s.step().pk})


def of_draft(s: Scene, **data: Any) -> Form:
    return Form({"key": "k1", **data}, {"reference": s.draft.reference})


# --- the subject --------------------------------------------------------------------------------------------------
def _content(s: Scene) -> Form:
    members = list(s.draft.household.persons.values_list("pk", flat=True))
    seen = {f"seen-{name}": s.draft.hashes[name] for name in ("parties", "members", "amounts", "text")}
    texts = {"party_a": "云江县人民政府", "authorisation_no": "云政授〔2026〕2号", "homestead_m2": "160"}
    more = {"production_land_mu": "2", "move_by": later(90), "copies": "5", "terms": "按规划搬迁。"}
    flags = {"area_changes": "on", "has_homestead": "on"}
    return of_draft(s, members=members, amount_house="90000", **seen, **texts, **more, **flags)


def _kept(s: Scene) -> Form:
    typed.keep(s.draft, {"terms": "x"}, actor=s.person("clerk"))
    return of_draft(s)


def _wish(s: Scene) -> Form:
    form = families.paper(s.draft, "wish_form", s.person("contact_cadre"))
    sent = of_draft(s, mode="agri_dispersed", signed_on="2026-01-05", paper_id=form.pk)
    return Form(sent.data, sent.parts | {"what": "wish"})


def _withdraw(s: Scene) -> Form:
    sent = of_draft(s, reason="户主改选")
    return Form(sent.data, sent.parts | {"what": "withdraw"})


def _signature(s: Scene) -> Form:
    case = families.walk(s.place.world, s.draft, "signing")
    page = families.paper(case, "signed_agreement", s.person("clerk"))
    head = case.household.head_name
    data = {"party": "household", "signer": head, "method": "ink", "signed_on": later(-1), "paper_id": page.pk}
    return Form(data | {"key": "k1"}, {"reference": case.reference, "what": "signature"}, ("proxy_paper_id",))


def answered(s: Scene) -> Form:
    """The reply to an objection against the draft's public notice."""
    case = families.walk(s.place.world, s.draft, "public_notice")
    families.give(s.place.world, case, builders.open_step(case, "public_notice"))
    notice = PublicNotice.objects.get(agreement=case)
    row = Objection.objects.create(notice=notice, topic="面积", received_on=date(2026, 1, 2))
    data = {"reply_no": "云移复〔2026〕1号", "resolved_on": "2026-01-03", "key": "k1"}
    return Form(data, {"reference": case.reference, "objection_id": row.pk})


def _paper(s: Scene) -> Form:
    upload = SimpleUploadedFile("户口簿.pdf", families.PDF)
    return of_draft(s, type="household_booklet", number="1", title="户口簿", dated_on=later(-9), upload=upload)


# --- steps and cases ----------------------------------------------------------------------------------------------
def _decide(s: Scene) -> Form:
    more = {"resume": "with_me", "reason_code": "", "to": ""} | _seen(s, "seen-")
    return of_step(s, verdict="approve", comment="同意", document_no="云移〔2026〕3号", **more)


def _seen(s: Scene, prefix: str) -> dict[str, str]:
    return {f"{prefix}{aspect}": digest for aspect, digest in s.draft.hashes.items()}


def _several(s: Scene, step: Step, **data: Any) -> Form:
    return Form({"step": [step.pk], "key": "k1", **_seen(s, f"seen-{step.pk}-"), **data})


def _held(s: Scene) -> Form:
    cases.hold(s.draft.pk, actor=s.person("clerk"), cause="dispute", text="边界")
    return Form({"key": "k1"}, {"reference": s.draft.reference}, ("step",))


def _review(s: Scene) -> Step:
    """The first step of review, asked of the village reviewer."""
    case = families.walk(s.place.world, s.draft, "in_review")
    return Step.objects.filter(case=case, state="open").order_by("pk")[0]


def _given_back(s: Scene) -> Form:
    more = {"comment": "请补照片", "to": "draft", "resume": "with_me", "reason_code": "papers_missing"}
    return _several(s, _review(s), **more)


def _decided(s: Scene) -> Form:
    step = Step.objects.get(case=_review(s).case, plan="village_opinion")
    steps.decide(step.pk, actor=s.person("village_reviewer"), verdict="approve")
    return _several(s, step)


def _override(s: Scene) -> Form:
    step = _review(s)
    data = {"reason": "县长办公会纪要第八号, 情况紧急", "group": step.round.group, "sure": "1", "key": "k1"}
    return Form(data, {"reference": s.draft.reference})


def _claimed(s: Scene) -> Form:
    steps.claim(s.step().pk, actor=s.person("clerk"))
    return of_step(s)


def _verb(name: str, **data: Any) -> Made:
    def made(s: Scene) -> Form:
        to = {"to": s.person("clerk_2").pk} if name in ("reassign", "delegate") else {}
        more = {"users": [s.person("town_reviewer").pk]} if name == "add_signer" else {}
        return Form({"key": "k1", **to, **more, **data}, {"step_id": s.step().pk, "verb": name})

    return made


def _signer(s: Scene) -> int:
    """The step of a signer whom the clerk has asked beside the draft."""
    asked = {"users": [s.person("town_reviewer").pk], "where": "before", "question": "请核", "days": 2}
    steps.add_signer(s.step().pk, actor=s.person("clerk"), **asked)
    return int(Step.objects.get(case=s.draft, added_by=s.person("clerk"), state="open").pk)


def _drop(s: Scene) -> Form:
    return Form({"key": "k1", "reason": "不再需要"}, {"step_id": _signer(s), "verb": "drop_signer"})


def _opinion(s: Scene) -> Form:
    steps.delegate(s.step().pk, actor=s.person("clerk"), to=s.person("clerk_2").pk, question="请看", days=2)
    asked = Step.objects.get(case=s.draft, round__kind="opinion", state="open")
    return Form({"key": "k1", "leaning": "agree", "text": "可以"}, {"step_id": asked.pk, "verb": "give_opinion"})


def _take_back(s: Scene) -> Form:
    step = s.step()
    steps.decide(step.pk, actor=s.person("clerk"), verdict="approve")
    return Form({"key": "k1"}, {"step_id": step.pk, "verb": "take_back"})


def _copied(s: Scene) -> Form:
    cases.copy_to(s.draft.pk, actor=s.person("clerk"), users=[s.person("town_reviewer").pk])
    return of_draft(s)


def _told(s: Scene) -> Form:
    _copied(s)
    return Form({"id": list(Notice.objects.filter(recipient=s.person("town_reviewer")).values_list("pk", flat=True))})


def order(s: Scene, received: bool = False) -> dict[str, int]:
    """A supervision order to the draft's clerk."""
    made = supervision.issue(s.step().pk, actor=s.person("vice_leader"), demand="尽快", due=clock.today() + 5 * DAY)[
        "supervision"
    ]
    if received:
        supervision.acknowledge(made, actor=s.person("clerk"))
    return {"supervision_id": made}


def report(s: Scene) -> dict[str, str]:
    """This week's report to the county officer."""
    week = queries.monday(clock.today())
    leader = s.person("county_officer")
    weekly.keep(leader, week, queries.build(leader, clock.now()), clock.now())
    return {"week": week.isoformat()}


FAMILY: dict[str, tuple[str, Made]] = {
    "agreement_autosave": ("clerk", _content),
    "agreement_discard": ("clerk", _kept),
    "agreement_edit": ("clerk", _content),
    "agreement_record: wish": ("clerk", _wish),
    "agreement_record: withdraw": ("clerk", _withdraw),
    "agreement_record: signature": ("clerk", _signature),
    "agreement_start": ("clerk", lambda s: Form({"key": "k1"}, {"household_id": s.waiting.pk})),
    "bulk_approve": ("village_reviewer", lambda s: _several(s, _review(s), comment="同意", document_no="1号")),
    "bulk_nudge": ("town_reviewer", lambda s: _several(s, s.step())),
    "bulk_reassign": ("clerk", lambda s: _several(s, s.step(), to=s.person("clerk_2").pk, note="请办")),
    "bulk_return": ("village_reviewer", _given_back),
    "bulk_take_back": ("village_reviewer", _decided),
    "case_cc": ("clerk", lambda s: of_draft(s, to=[s.person("town_reviewer").pk], note="请知悉")),
    "case_hold": (
        "clerk",
        lambda s: Form(
            of_draft(s, cause="dispute", text="边界", party="", expected_until=later()).data,
            {"reference": s.draft.reference},
            ("step",),
        ),
    ),
    "case_looked": ("clerk", lambda s: of_draft(s, what="page")),
    "case_override": ("chair", _override),
    "case_read": ("town_reviewer", _copied),
    "case_resume": ("clerk", _held),
    "member_record": (
        "police_liaison",
        lambda s: Form({"permit_no": "准1", "permit_on": later(-2), "key": "k1"}, {"move": "permit"}),
    ),
    "objection_answer": ("clerk", answered),
    "paper": ("clerk", lambda s: Form()),
    "paper_file": ("clerk", _paper),
    "paper_withdraw": (
        "clerk",
        lambda s: Form({"key": "k1"}, {"uid": families.paper(s.draft, "inventory_sheet", s.person("clerk")).uid}),
    ),
    "step_claim": ("clerk", of_step),
    "step_decide": ("clerk", _decide),
    "step_nudge": ("town_reviewer", of_step),
    "step_promise": ("clerk", lambda s: of_step(s, promised_on=later(), note="周内")),
    "step_release": ("clerk", _claimed),
    "step_verb: add_signer": ("clerk", _verb("add_signer", where="beside", question="请核", days="2", document_no="")),
    "step_verb: delegate": ("clerk", _verb("delegate", question="请看", days="2")),
    "step_verb: drop_signer": ("clerk", _drop),
    "step_verb: give_opinion": ("clerk_2", _opinion),
    "step_verb: reassign": ("clerk", _verb("reassign", note="请办")),
    "step_verb: take_back": ("clerk", _take_back),
    "supervise": ("vice_leader", lambda s: of_step(s, demand="尽快", due=later(5))),
    "supervision_acknowledge": ("clerk", lambda s: Form({"key": "k1"}, order(s))),
    "supervision_answer": ("clerk", lambda s: Form({"key": "k1", "text": "已办"}, order(s, received=True))),
    "supervision_close": ("vice_leader", lambda s: Form({"key": "k1"}, order(s))),
    "inbox_read": ("town_reviewer", _told),
    "weekly_read": ("county_officer", lambda s: Form({}, report(s))),
}
