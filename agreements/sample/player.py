"""Plays one household forward: does what each step needs, then decides it as whoever holds it, at a past moment."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from agreements.commands import agreements, homesteads, papers, review, signing, transfers
from agreements.models import Agreement, Household, Member, Paper
from workflow import clock, policies
from workflow.commands import steps
from workflow.models import Step, User

# one page that says what it is; readers find its parts without a table
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
    b"4 0 obj<</Length 43>>stream\nBT /F 18 Tf 80 100 Td (SAMPLE PAPER) Tj ET\nendstream endobj\n"
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
FILED_WITH_DRAFT = ("household_booklet", "id_copies", "inventory_sheet", "wish_form")
NOTICE_DAYS = 7
PACE = timedelta(days=2, hours=1)


class Player:
    """One household's agreement, and the moment at which its people act next."""

    def __init__(self, household: Household, start: datetime) -> None:
        self.now = start
        self.clerk = User.objects.get(username="jingban")
        agreement = agreements.draft(household.pk, actor=self.clerk, now=self.now)
        self.case_id, self.serial = agreement.pk, 0

    @property
    def agreement(self) -> Agreement:
        """As it stands."""
        return Agreement.objects.select_related("household", "partner_unit", "home_unit").get(pk=self.case_id)

    def number(self) -> str:
        """A document number that says it is a sample's."""
        self.serial += 1
        return f"样〔{self.now:%Y}〕{self.case_id:02}{self.serial:02}号"

    def play(self, until: Callable[["Player", Step], bool], pace: timedelta = PACE) -> Step | None:
        """Decide open steps in order of opening until `until` says stop; returns the step stopped at."""
        for _turn in range(80):
            step = self.next_step()
            if step is None or until(self, step):
                return step
            self.prepare(step)
            self.decide(step)
            self.now += pace
        raise RuntimeError("the sample does not come to an end")

    def next_step(self) -> Step | None:
        """The oldest open step."""
        return (
            Step.objects.filter(case=self.case_id, state="open").select_related("unit", "round").order_by("id").first()
        )

    def step(self, plan: str) -> Step:
        """One open step by its plan."""
        return Step.objects.select_related("unit", "round").get(case=self.case_id, state="open", plan=plan)

    def holder(self, role: str, unit_code: str) -> User:
        """The first holder of a role over a unit; drafting is always the same clerk's."""
        if role == "clerk":
            return self.clerk
        found = policies.holders_of(role, unit_code, clock.date_of(self.now)).first()
        if found is None:
            raise RuntimeError(f"the sample staffs nobody as {role} over {unit_code}")
        return found

    def decide(self, step: Step, verdict: str = "approve", **extra: Any) -> None:
        """As the holder, with a document number."""
        actor = self.holder(step.role, step.unit.code)
        steps.decide(
            step.pk,
            actor=actor,
            verdict=verdict,
            document_no=self.number(),
            now=self.now,
            comment=extra.pop("comment", "同意"),
            **extra,
        )

    def paper(self, kind: str, actor: User) -> Paper:
        """File a paper."""
        upload = SimpleUploadedFile(f"{kind}.pdf", PDF, content_type="application/pdf")
        return papers.file(
            self.case_id,
            actor=actor,
            type=kind,
            upload=upload,
            number=self.number(),
            dated_on=clock.date_of(self.now),
            now=self.now,
        )

    def prepare(self, step: Step) -> None:
        """Do what the step needs before it can be approved."""
        work = {
            "draft": self._draft,
            "public_notice": self._notice,
            "signatures": self._signatures,
            "transfer": self._transfers,
            "plot_allotment": self._allotment,
            "plot_approval": self._plot_approval,
            "plot_measured": self._measure,
            "plot_acceptance": self._acceptance,
        }.get(step.plan)
        if work:
            work()

    def _draft(self) -> None:
        if not self.agreement.authorisation_no:
            fields = {"party_a": "河口镇人民政府(示例)", "authorisation_no": "县府授〔2011〕3号(示例)"}
            agreements.edit(self.case_id, actor=self.clerk, fields=fields, now=self.now)
        on_file = set(self.agreement.facts["papers"])
        for kind in FILED_WITH_DRAFT:
            if kind not in on_file:
                filed = self.paper(kind, self.clerk)
                if kind == "wish_form":
                    review.record_wish(
                        self.case_id,
                        actor=self.clerk,
                        mode=self.agreement.mode,
                        signed_on=clock.date_of(self.now),
                        paper_id=filed.pk,
                        now=self.now,
                    )

    def _notice(self) -> None:
        day = clock.date_of(self.now)
        photo = self.paper("notice_photo", self.clerk)
        review.post_notice(
            self.case_id,
            actor=self.clerk,
            place="村务公开栏",
            posted_on=day,
            ends_on=day + timedelta(days=NOTICE_DAYS),
            paper_id=photo.pk,
            now=self.now,
        )
        self.now += timedelta(days=NOTICE_DAYS + 1)

    def _signatures(self) -> None:
        scan = self.paper("signed_agreement", self.clerk)
        signers = {"household": self.agreement.household.head_name, "origin_town": "王分管", "receiving_town": "屏分管"}
        for party, signer in signers.items():
            signing.sign(
                self.case_id,
                actor=self.clerk,
                party=party,
                signer=signer,
                signed_on=clock.date_of(self.now),
                method="fingerprint" if party == "household" else "seal",
                paper_id=scan.pk,
                now=self.now,
            )

    def move(self, member: Member, how_far: int = 3) -> None:
        """One person's account: permit, out, in."""
        police = self.holder("police_liaison", "990101102")
        day = clock.date_of(self.now)
        moves = (
            ("permit", {"permit_no": self.number(), "permit_on": day}),
            ("move_out", {"certificate_no": self.number(), "certificate_on": day, "moved_out_on": day}),
            ("move_in", {"booklet_no": self.number(), "moved_in_on": day}),
        )
        for name, fields in moves[:how_far]:
            transfers.record(member.pk, actor=police, move=name, fields=fields, now=self.now)

    def _transfers(self) -> None:
        for member in Member.objects.filter(agreement=self.case_id):
            self.move(member)

    def _allotment(self) -> None:
        village = self.holder("receiving_village", self._partner_village())
        agreement, day = self.agreement, clock.date_of(self.now)
        chosen = {"plot_no": f"样-{agreement.pk:02}", "area_m2": agreement.homestead_m2 or 100, "selected_on": day}
        homesteads.select(self.case_id, actor=village, fields=chosen, now=self.now)
        homesteads.allot(
            self.case_id, actor=village, fields={"draw_no": self.number(), "allotted_on": day}, now=self.now
        )

    def _partner_village(self) -> str:
        partner = self.agreement.partner_unit
        assert partner is not None
        return partner.code[:12]

    def _plot_approval(self) -> None:
        town = self.holder("receiving_town", "990101102")
        fields = {"approval_no": self.number(), "approved_on": clock.date_of(self.now)}
        homesteads.approve(self.case_id, actor=town, fields=fields, now=self.now)

    def _measure(self) -> None:
        land, day = User.objects.get(username="tudi"), clock.date_of(self.now)
        record = self.paper("staking_record", land)
        homesteads.stake(self.case_id, actor=land, fields={"staked_on": day, "paper_id": record.pk}, now=self.now)
        built = {"built_on": day, "measured_m2": self.agreement.homestead_m2 or 100}
        homesteads.build(self.case_id, actor=land, fields=built, now=self.now)

    def _acceptance(self) -> None:
        other = User.objects.get(username="tudi2")
        fields = {"acceptance_no": self.number(), "accepted_on": clock.date_of(self.now)}
        homesteads.accept(self.case_id, actor=other, fields=fields, now=self.now)
