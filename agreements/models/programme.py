"""The reservoir programme, its milestones and the back-plan counted from the storage deadline."""

from django.db import models

from workflow.models import Schedule, Unit


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
    """A dated event of the reservoir: river closure, impoundment, first power ..."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="milestones")
    type = models.CharField(max_length=32)
    planned_on = models.DateField()
    actual_on = models.DateField(null=True)
    water_level_m = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    source_document = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "type"], name="milestone_once")]


class BackPlanPoint(models.Model):
    """Days before storage by which a point must be reached (domain.md b.4; estimates, county policy wins)."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="back_plan")
    point = models.CharField(max_length=40)
    days_before = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "point"], name="back_plan_once")]
