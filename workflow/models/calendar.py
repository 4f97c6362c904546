"""Working days as data, and the dated points that the subject hands to the engine."""

from django.db import models

from workflow.models.people import Unit


class Calendar(models.Model):
    """A county's working calendar; code "CN" is the national one that every county starts from."""

    code = models.CharField(max_length=40, unique=True, db_collation="C")
    name = models.CharField(max_length=100)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True)  # a county's inherits the national one
    version = models.PositiveIntegerField(default=0)  # grows with every edit: processes drop their cached copy


class CalendarDay(models.Model):
    """One day; ordinal counts working days up to and including it, so date arithmetic is subtraction."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="days")
    day = models.DateField()
    working = models.BooleanField()
    ordinal = models.IntegerField()
    source = models.CharField(max_length=60)  # the notice it comes from, or "provisional"
    name = models.CharField(max_length=60, blank=True)
    own = models.BooleanField(default=False)  # entered by people under a notice: neither library nor parent changes it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="calendar_day_once")]
        # from an ordinal back to the day: the n-th working day
        indexes = [models.Index(fields=["calendar", "ordinal"], name="calendar_ordinal")]


class Schedule(models.Model):
    """A set of dated points (all signed, last move ...) that the subject computes back from its milestone."""

    code = models.CharField(max_length=60, unique=True, db_collation="C")
    name = models.CharField(max_length=120)
    storage_on = models.DateField()  # the deadline itself; never moves by itself
    calendar = models.ForeignKey(Calendar, models.PROTECT)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True)  # the county whose days it counts with
    version = models.PositiveIntegerField(default=1)


class SchedulePoint(models.Model):
    """One point: stages name the point they must meet."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="points")
    point = models.CharField(max_length=40)
    due_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "point"], name="schedule_point_once")]


class LeadTime(models.Model):
    """A plan's lead under one schedule as a document sets it; it wins over the route's own, for running cases too."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="leads")
    plan = models.CharField(max_length=40)
    lead = models.PositiveSmallIntegerField()
    lead_unit = models.CharField(max_length=10, default="working")  # working | calendar days
    document_no = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "plan"], name="lead_time_once")]
