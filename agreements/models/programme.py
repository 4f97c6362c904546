"""The reservoir programme, its milestones and the back-plan counted from the storage deadline."""

from django.db import models

from workflow.models import Schedule, Unit, User


class Programme(models.Model):
    """A reservoir project whose storage date every household races against."""

    code = models.CharField(max_length=40, unique=True, db_collation="C")
    name = models.CharField(max_length=120)
    owner = models.CharField(max_length=120, blank=True)  # the project's legal person
    county = models.ForeignKey(Unit, models.PROTECT)
    cutoff_on = models.DateField(null=True)
    normal_pool_level_m = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    schedule = models.OneToOneField(Schedule, models.PROTECT)
    is_sample = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Milestone(models.Model):
    """A dated event of the reservoir: river closure, (staged) impoundment, first power, completion.

    An impoundment, staged or final, is a gate: the households at or below its water level race against its schedule.
    """

    RIVER_CLOSURE, IMPOUNDMENT, STAGED = "river_closure", "impoundment", "staged_impoundment"
    FIRST_POWER, COMPLETION = "first_power", "completion"
    TYPES = (RIVER_CLOSURE, STAGED, IMPOUNDMENT, FIRST_POWER, COMPLETION)
    GATES = (STAGED, IMPOUNDMENT)

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="milestones")
    type = models.CharField(max_length=32)
    number = models.PositiveSmallIntegerField(default=1)  # of several staged impoundments
    planned_on = models.DateField()
    actual_on = models.DateField(null=True)
    water_level_m = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    source_document = models.CharField(max_length=80, blank=True)
    schedule = models.OneToOneField(Schedule, models.PROTECT, null=True)  # gates only

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "type", "number"], name="milestone_once")]

    @property
    def is_gate(self) -> bool:
        """Whether households race against it."""
        return self.type in self.GATES


class BackPlanPoint(models.Model):
    """Days before storage by which a point must be reached (domain.md b.4; estimates, county policy wins)."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="back_plan")
    point = models.CharField(max_length=40)
    days_before = models.PositiveSmallIntegerField()
    document_no = models.CharField(max_length=80, blank=True)  # the circular that sets it; blank = our estimate

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "point"], name="back_plan_once")]


class Revision(models.Model):
    """One change of a programme's dates, with the old value, the reason and the document: append-only."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="revisions")
    what = models.CharField(max_length=16)  # milestone | back_plan | lead
    key = models.CharField(max_length=60)  # milestone type and number, point, plan key
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    document_no = models.CharField(max_length=80)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    steps_moved = models.PositiveIntegerField(default=0)
    became_late = models.PositiveIntegerField(default=0)
