"""A person's account transfer (户口迁移) and the household's homestead (宅基地): two small state machines."""

from django.db import models
from django_fsm import FSMField, transition

from agreements.models.agreement import Agreement, Member
from agreements.models.records import Paper
from agreements.rules import expiry
from workflow.models import Unit, User
from workflow.models.state_machine import StateMachine


class AccountTransfer(StateMachine):
    """pending > permit > moved_out > moved_in, or excused, or failed (certificate expired) > pending."""

    EXCUSES = ("soldier", "student", "prisoner", "registered_elsewhere", "deceased")

    member = models.OneToOneField(Member, models.CASCADE, related_name="transfer")
    state = FSMField(default="pending", protected=True)
    permit_no = models.CharField(max_length=60, blank=True)
    permit_on = models.DateField(null=True)
    certificate_no = models.CharField(max_length=60, blank=True)
    certificate_on = models.DateField(null=True)
    certificate_expires_on = models.DateField(null=True)  # 30 days from issue (户口登记条例)
    moved_out_on = models.DateField(null=True)
    moved_in_on = models.DateField(null=True)
    booklet_no = models.CharField(max_length=60, blank=True)
    excuse = models.CharField(max_length=32, blank=True)
    paper = models.ForeignKey(Paper, models.PROTECT, null=True)  # the excuse's proof

    @property
    def paper_end(self) -> expiry.End | None:
        """When the paper that this transfer now rests on runs out; None before the permit and after the arrival."""
        found = expiry.ends(self.state, self.permit_on, self.certificate_on, self.moved_out_on)
        return next((end for end in found if end.code in expiry.PAPERS), None)

    @transition(field="state", source="pending", target="permit")
    def permit(self) -> None:
        """The receiving police station permits the move."""

    @transition(field="state", source="permit", target="moved_out")
    def move_out(self) -> None:
        """The certificate is issued and the account is out of the origin station."""

    @transition(field="state", source="moved_out", target="moved_in")
    def move_in(self) -> None:
        """The account stands in a booklet of the receiving station."""

    @transition(field="state", source=["pending", "permit"], target="excused")
    def excuse_person(self) -> None:
        """This person's account does not move, for a coded and proved reason."""

    @transition(field="state", source=["permit", "moved_out"], target="failed")
    def fail(self) -> None:
        """Permit or certificate expired."""

    @transition(field="state", source="failed", target="pending")
    def retry(self) -> None:
        """Once more from the start."""


class Homestead(StateMachine):
    """The house plot: selected > allotted > approved > staked > built > accepted."""

    agreement = models.OneToOneField(Agreement, models.CASCADE, related_name="homestead")
    state = FSMField(default="selected", protected=True)
    plot_no = models.CharField(max_length=40)
    site = models.ForeignKey(Unit, models.PROTECT)
    area_m2 = models.DecimalField(max_digits=8, decimal_places=2)
    selected_on = models.DateField()
    draw_no = models.CharField(max_length=40, blank=True)
    allotted_on = models.DateField(null=True)
    approval_no = models.CharField(max_length=60, blank=True)
    approved_on = models.DateField(null=True)
    staked_on = models.DateField(null=True)
    staked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    built_on = models.DateField(null=True)
    measured_m2 = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    measured_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    accepted_on = models.DateField(null=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    acceptance_no = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(area_m2__gt=0), name="plot_has_area")]

    @transition(field="state", source="selected", target="allotted")
    def allot(self) -> None:
        """Drawn or decided by the receiving village."""

    @transition(field="state", source="allotted", target="approved")
    def approve_plot(self) -> None:
        """Approved by the receiving town."""

    @transition(field="state", source="approved", target="staked")
    def stake(self) -> None:
        """Staked out on the ground."""

    @transition(field="state", source="staked", target="built")
    def build(self) -> None:
        """The house stands and was measured."""

    @transition(field="state", source="built", target="accepted")
    def accept(self) -> None:
        """Accepted by someone other than who measured."""
