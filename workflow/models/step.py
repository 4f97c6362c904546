"""The run: a round is a live group, a step one work item in it; holds stop the step's own clock."""

from datetime import date

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from workflow.models.case import Case
from workflow.models.people import Unit, User
from workflow.models.state_machine import StateMachine


class Round(models.Model):
    """One go at a group. A return closes it with a reason and a new one opens; reminders hang on it."""

    run: list["Step"]  # its steps, attached by the command or query that read them

    GROUP, BEFORE, AFTER, OPINION = "group", "before", "after", "opinion"
    WAITED_FOR = (BEFORE, OPINION)  # while such a child round is open, its step waits for another
    SENT_BACK = ("returned", "refused")
    UNDECIDED = ("cancelled", "taken_back")  # such a round said nothing: what was decided before it still counts

    case = models.ForeignKey(Case, models.CASCADE, related_name="rounds")
    kind = models.CharField(max_length=10, default=GROUP)
    # a child round belongs to one step: signers before or after it (加签), or an opinion for it (委派)
    parent = models.ForeignKey("Step", models.CASCADE, null=True, related_name="children")
    stage = models.CharField(max_length=40)
    track = models.CharField(max_length=40)
    group = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()  # of the group, child rounds included: (group, number) names a round
    rule = models.CharField(max_length=12)
    threshold = models.PositiveSmallIntegerField(default=0)
    conditions = models.JSONField(default=dict)  # {plan key: bool} as evaluated at opening
    carried = models.JSONField(default=list)  # ids of steps of an earlier round whose decisions count in this one
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)  # passed, returned, refused, cancelled, taken_back
    closed_by = models.ForeignKey("Step", models.SET_NULL, null=True, related_name="+")  # the decision that ended it
    void = models.BooleanField(default=False)  # a return made it count for nothing
    voided_by = models.ForeignKey("Step", models.SET_NULL, null=True, related_name="+")  # that return's step
    return_to = models.CharField(max_length=40, blank=True)
    resume = models.CharField(max_length=12, blank=True)  # with_me | again
    reason_code = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    # passed by override (特批): by whom, for whom, and the aspect hashes it was passed on; the reason is above
    override_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    override_for = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    seen = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "stage", "track", "group", "number"], name="round_once"),
            # two settles at once cannot open the same group twice
            models.UniqueConstraint(
                fields=["case", "stage", "track", "group"],
                condition=Q(closed_at=None, parent=None),
                name="round_one_live",
            ),
        ]


class Step(StateMachine):
    """One work item. Its FSM: open -> approved / returned / refused / skipped / cancelled, or answered (an opinion)."""

    ALSO_BORN = ("skipped", "cancelled")  # a decision just made may count for it, or end its group, from the start

    round = models.ForeignKey(Round, models.CASCADE, related_name="steps")
    case = models.ForeignKey(Case, models.CASCADE, related_name="steps")
    plan = models.CharField(max_length=40)
    role = models.CharField(max_length=32)
    unit = models.ForeignKey(Unit, models.PROTECT)
    supervisor_role = models.CharField(max_length=32)
    holder = models.ForeignKey(User, models.PROTECT, null=True, related_name="held_steps")  # claimed by
    claimed_at = models.DateTimeField(null=True)
    assigned = models.BooleanField(default=False)  # fixed to the holder (转办, 加签, 委派): cannot be released
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # of an added signer's step
    question = models.CharField(
        max_length=300, blank=True, db_default=""
    )  # what an added signer, adviser or new holder is asked
    state = FSMField(default="open", protected=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=60, blank=True)  # why it ended, as a code; of a refusal its coded reason
    close_note = models.CharField(max_length=300, blank=True, db_default="")  # why a signer was dropped, in words
    taken_back_at = models.DateTimeField(null=True)  # its decision stays in history and counts for nothing
    not_before = models.DateField(null=True)
    lead = models.PositiveSmallIntegerField()
    lead_unit = models.CharField(max_length=10)
    forward = models.DateField()
    backward = models.DateField(null=True)
    expiry = models.DateField(null=True)
    due = models.DateField()
    binding = models.CharField(max_length=10)  # forward | backward | expiry
    provisional = models.BooleanField(default=False)  # a year without a published calendar was counted
    due_version = models.PositiveSmallIntegerField(default=1)  # the reminders' cycle
    held_days = models.PositiveSmallIntegerField(default=0)  # working days that ended holds gave back to `forward`
    was_late = models.BooleanField(default=False)  # its due date moved after it had passed: never green again
    weight = models.PositiveSmallIntegerField(default=1)
    asked_role = models.CharField(max_length=32, blank=True)  # the plan's role, where a superior was asked instead
    # skipped because its one approver had just decided the same content: the step whose decision counts here too
    carried_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="carried_to")

    class Meta:
        indexes = [
            # my queue: open steps by due, backward, id
            models.Index(fields=["due", "backward", "id"], condition=Q(state="open"), name="step_open_due"),
            # what waits for a post, in the queue's order; what waits in a unit
            models.Index(
                fields=["unit", "role", "due", "backward", "id"], condition=Q(state="open"), name="step_open_mine"
            ),
            # what one claimed or was given, in the queue's order; what a post has decided stays out of it
            models.Index(
                fields=["holder", "due", "backward", "id"],
                condition=Q(state="open", holder__isnull=False),
                name="step_open_held",
            ),
            # steps that stay amber because they were late: few, and counted on every page
            models.Index(fields=["unit", "role"], condition=Q(state="open", was_late=True), name="step_open_late"),
            models.Index(fields=["case"], condition=Q(state="open"), name="step_open_case"),
        ]

    @transition(field=state, source="open", target="approved")
    def approve(self) -> None:
        """The holder agreed."""

    @transition(field=state, source="open", target="returned")
    def give_back(self) -> None:
        """The holder sent it back to an earlier point."""

    @transition(field=state, source="open", target="refused")
    def refuse(self) -> None:
        """The holder said no."""

    @transition(field=state, source="open", target="skipped")
    def skip(self) -> None:
        """Waived or not applicable, with the reason in close_reason."""

    @transition(field=state, source="open", target="cancelled")
    def cancel(self) -> None:
        """Its round ended without it."""

    @transition(field=state, source="open", target="answered")
    def answer(self) -> None:
        """The opinion asked for was given: no decision, the word stays with the one who asked."""


class Watch(models.Model):
    """When the sweep looks at an open step again; one narrow row for each, kept by triggers on the step.

    A column of the step would cost each reminder a new entry in every index of the widest table (measured).
    """

    LOOK_NOW = date(1, 1, 1)  # not looked at since the step was opened, or changed its due date or its holder

    # no foreign key in the database: the triggers write the row, and a check of it would cost every decision
    step = models.OneToOneField(Step, models.CASCADE, primary_key=True, related_name="watch", db_constraint=False)
    remind_on = models.DateField(default=LOOK_NOW, db_default=LOOK_NOW)

    class Meta:
        # the sweep's one question: what has to be looked at today, in this order
        indexes = [models.Index(fields=["remind_on", "step"], name="watch_remind_on")]


class Hold(models.Model):
    """Who holds up what and why. It stops the step's forward clock and eats slack."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="holds")
    round = models.ForeignKey(Round, models.CASCADE, null=True)  # null: the whole case
    cause = models.CharField(max_length=32)
    party = models.CharField(max_length=16, blank=True)  # who is waited for: the days are booked to them
    text = models.CharField(max_length=300, blank=True)
    since = models.DateTimeField()
    expected_until = models.DateField(null=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    resumed_at = models.DateTimeField(null=True)
    resumed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "round"], condition=Q(resumed_at=None), nulls_distinct=False, name="hold_one_open"
            ),
        ]


class Promise(models.Model):
    """A holder's word (承诺) that a step will be decided by a day; kept or broken is read from the step itself."""

    step = models.ForeignKey(Step, models.CASCADE, related_name="promises")
    by = models.ForeignKey(User, models.PROTECT, related_name="promises")
    on_behalf_of = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    promised_on = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["step", "-id"], name="promise_of_step")]
