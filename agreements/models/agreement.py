"""The agreement: an agreement *is a* case. Its legal lifecycle is declared here, its conditions in lifecycle.py."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django_fsm import transition

from agreements import labels, lifecycle
from agreements.models import changes
from agreements.models.household import Household, Person
from agreements.models.programme import BackPlanPoint, Milestone, Programme
from agreements.models.reach import RouteReach
from agreements.rules import expiry
from workflow.models import Case, PaperEnd, PointWords, Unit

ADVANCE: dict[str, Any] = {"advance": True}


def back(name: str) -> dict[str, Any]:
    """The mark of a move backwards."""
    return {"back": True, "move": name}


class Agreement(RouteReach, Case):
    """A household's resettlement agreement (搬迁安置协议) from draft to completed."""

    page_related: ClassVar[tuple[str, ...]] = ("household",)
    page_template: ClassVar[str] = "agreements/case_body.html"
    facts_template: ClassVar[str] = "agreements/case_facts.html"
    remedy_template: ClassVar[str] = "agreements/case_remedy.html"
    versions_template: ClassVar[str] = "agreements/case_versions.html"
    row_template: ClassVar[str] = "agreements/row.html"
    state_names: ClassVar[dict[str, Any]] = lifecycle.STATES

    household = models.ForeignKey(Household, models.PROTECT, related_name="agreements")
    programme = models.ForeignKey(Programme, models.PROTECT)
    party_a = models.CharField(max_length=120, blank=True)
    authorisation_no = models.CharField(max_length=80, blank=True)  # what entitles party A to sign
    area_changes = models.BooleanField(default=True)
    has_homestead = models.BooleanField(default=True)
    homestead_m2 = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    production_land_mu = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    move_by = models.DateField(null=True, blank=True)
    copies = models.PositiveSmallIntegerField(default=4)
    terms = models.TextField(blank=True)
    frozen_text = models.TextField(blank=True)  # exactly what was signed
    text_hash = models.CharField(max_length=64, blank=True)
    signed_on = models.DateField(null=True)

    # --- forward -------------------------------------------------------------------------------------------------
    @transition(field="state", source="draft", target="in_review", custom=ADVANCE)
    def submit(self) -> None:
        """The clerk hands the draft in."""

    @transition(field="state", source="in_review", target="signing", custom=ADVANCE)
    def pass_review(self) -> None:
        """Village, public notice, town and leading group have agreed."""

    @transition(
        field="state",
        source="signing",
        target="account_transfer",
        custom=ADVANCE,
        conditions=[lifecycle.every_required_signature_is_recorded, lifecycle.registration_area_changes],
    )
    def sign_into_transfer(self) -> None:
        """Signed; the accounts have to move."""

    @transition(
        field="state",
        source="signing",
        target="homestead_adjustment",
        custom=ADVANCE,
        conditions=[
            lifecycle.every_required_signature_is_recorded,
            lifecycle.registration_area_stays,
            lifecycle.household_has_a_homestead,
        ],
    )
    def sign_into_homestead(self) -> None:
        """Signed; no account moves, but a plot is due."""

    @transition(
        field="state",
        source="signing",
        target="final_check",
        custom=ADVANCE,
        conditions=[
            lifecycle.every_required_signature_is_recorded,
            lifecycle.registration_area_stays,
            lifecycle.household_has_no_homestead,
        ],
    )
    def sign_into_check(self) -> None:
        """Signed; neither accounts nor plot are due."""

    @transition(
        field="state",
        source="account_transfer",
        target="homestead_adjustment",
        custom=ADVANCE,
        conditions=[lifecycle.every_person_has_moved_or_is_excused, lifecycle.household_has_a_homestead],
    )
    def finish_transfer_into_homestead(self) -> None:
        """Every account has moved; the plot is next."""

    @transition(
        field="state",
        source="account_transfer",
        target="final_check",
        custom=ADVANCE,
        conditions=[lifecycle.every_person_has_moved_or_is_excused, lifecycle.household_has_no_homestead],
    )
    def finish_transfer_into_check(self) -> None:
        """Every account has moved and no plot is due."""

    @transition(
        field="state",
        source="homestead_adjustment",
        target="final_check",
        custom=ADVANCE,
        conditions=[lifecycle.homestead_is_accepted],
    )
    def finish_homestead(self) -> None:
        """The plot is accepted."""

    @transition(field="state", source="final_check", target="completed", custom=ADVANCE)
    def close(self) -> None:
        """Settled, handed over, filed, confirmed."""

    # --- backward ------------------------------------------------------------------------------------------------
    @transition(
        field="state",
        source=["in_review", "signing"],
        target="draft",
        custom=back("back"),
        conditions=[lifecycle.nothing_is_signed],
    )
    def back_to_draft(self) -> None:
        """Back to the drafter, while unsigned."""

    @transition(
        field="state",
        source="signing",
        target="in_review",
        custom=back("back"),
        conditions=[lifecycle.nothing_is_signed],
    )
    def back_to_review(self) -> None:
        """Back into review, while unsigned."""

    @transition(
        field="state",
        source=["homestead_adjustment", "final_check"],
        target="account_transfer",
        custom=back("back"),
        conditions=[lifecycle.registration_area_changes],
    )
    def back_to_transfer(self) -> None:
        """Back to the accounts."""

    @transition(
        field="state",
        source="final_check",
        target="homestead_adjustment",
        custom=back("back"),
        conditions=[lifecycle.household_has_a_homestead],
    )
    def back_to_homestead(self) -> None:
        """Back to the plot."""

    # --- ends ----------------------------------------------------------------------------------------------------
    @transition(
        field="state",
        source=["draft", "in_review", "signing"],
        target="withdrawn",
        conditions=[lifecycle.nothing_is_signed],
    )
    def withdraw(self) -> None:
        """The household or the office steps back before signing."""

    @transition(
        field="state",
        target="terminated",
        source=["account_transfer", "homestead_adjustment", "final_check"],
    )
    def terminate(self) -> None:
        """Ended after signing, with the county's approval."""

    @transition(
        field="state",
        target="superseded",
        source=["account_transfer", "homestead_adjustment", "final_check"],
    )
    def supersede(self) -> None:
        """Replaced by a supplementary agreement or a split, with the county's approval."""

    @transition(field="state", source="completed", target="final_check")
    def reopen(self) -> None:
        """Opened again, with the county's approval."""

    # --- what the engine asks a kind of case -----------------------------------------------------------------------
    def unit_for(self, resolver: str) -> Unit | None:
        """The unit a step plan's resolver means for this agreement; None where there is none."""
        partner = self.partner_unit.code if self.partner_unit else None
        code = lifecycle.unit_code(resolver, self.home_unit.code, partner)
        return self.unit_by_code(code) if code else None

    def unmet(self, needs: list[str], today: date) -> list[str]:
        """The messages of those needs that do not hold today (translated)."""
        return lifecycle.unmet(needs, self.facts, today)

    def changed_since(self, seen: dict[str, str]) -> list[tuple[str, str, str]]:
        """(label, before, after) of what changed since content with these aspect hashes was shown."""
        return changes.since(self.pk, seen)

    def point_words(self, point: str) -> PointWords | None:
        """The point's days before the impoundment that this household races against."""
        days = BackPlanPoint.objects.filter(programme_id=self.programme_id, point=point).first()
        gate = Milestone.objects.filter(schedule_id=self.schedule_id).first()
        if days is None or gate is None:
            return None
        return PointWords(
            name=labels.of(labels.POINTS, point),
            milestone=labels.of(labels.MILESTONES, gate.type),
            planned_on=gate.planned_on,
            days_before=days.days_before,
            document_no=days.document_no,
            milestone_document=gate.source_document,
        )

    def paper_ends(self) -> list[PaperEnd]:
        """Permits, certificates and arrivals under way that run out, the first one first."""
        fields = ("state", "permit_on", "certificate_on", "moved_out_on")
        rows = Member.objects.filter(agreement_id=self.pk).values_list(*(f"transfer__{name}" for name in fields))
        found = [end for row in rows for end in expiry.ends(*row)]
        return [
            PaperEnd(labels.of(labels.PAPER_ENDS, end.code), end.since, end.days, end.last_day, end.source)
            for end in sorted(found, key=lambda end: (end.last_day, end.code))
        ]

    def expiry_for(self, needs: Iterable[str], duty: str) -> date | None:
        """A transfer is due before the first of its papers runs out."""
        if duty != "collect" or "accounts_are_moved" not in needs:
            return None
        ends = self.paper_ends()
        return ends[0].last_day if ends else None

    def paper_name(self, code: str) -> str:
        """A paper type in words."""
        return str(lifecycle.PAPERS.get(code, code))


class Member(models.Model):
    """A person as a member of this agreement, snapshot at drafting."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    name = models.CharField(max_length=50)
    relation = models.CharField(max_length=20)
    is_relocation_pop = models.BooleanField(default=True)
    is_production_pop = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "person"], name="member_once")]
        ordering = ["id"]


class AmountLine(models.Model):
    """One amount of the agreement in yuan; the total is their sum."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="amounts")
    item = models.CharField(max_length=32)
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "item"], name="amount_once"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="amount_not_negative"),
        ]
        ordering = ["id"]
