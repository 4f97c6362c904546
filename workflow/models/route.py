"""Policy as rows: a versioned route, immutable once published; the run tables are in case.py and step.py."""

from django.db import models
from django.db.models import Q

from workflow.models.people import Unit, User


class Route(models.Model):
    """Who must approve what, in which order and how fast; a case keeps the version it was submitted under.

    draft > published > retired. A draft is one document (see rules.routedoc); publishing writes it out as the rows
    below, and from then on a trigger refuses every change to them but the one that retires the version.
    """

    DRAFT, PUBLISHED, RETIRED = "draft", "published", "retired"
    PREPARING = "preparing"  # only inside the transaction that installs a policy file

    kind = models.CharField(max_length=60)  # model label of the kind of case
    mode = models.CharField(max_length=40)  # the kind's own variant, e.g. agri_dispersed
    unit = models.ForeignKey(Unit, models.PROTECT)
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=12, default=DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    document_no = models.CharField(max_length=80, blank=True)  # the circular it rests on
    # what the route does in the cases a form cannot foresee (rules/asking.py)
    repeats = models.CharField(max_length=12, default="ask")  # ask | carry: same approver twice in a row
    self_approval = models.CharField(max_length=12, default="superior")  # superior | stop_publish: approver = writer
    nobody = models.CharField(max_length=12, default="superior")  # superior | stop_publish: nobody holds the role
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # null: from the policy file
    retired_at = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64)  # of its document: publishing the same twice adds nothing
    document = models.JSONField(null=True)  # of a draft; a published version is its rows
    based_on = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    edited_at = models.DateTimeField(null=True)
    edited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "mode", "unit", "version"], name="route_version_once"),
            models.UniqueConstraint(
                fields=["kind", "mode", "unit"], condition=Q(status="published"), name="route_one_published"
            ),
            # two editors work on one draft; none can make a second beside it
            models.UniqueConstraint(
                fields=["kind", "mode", "unit"], condition=Q(status="draft"), name="route_one_draft"
            ),
        ]


class Stage(models.Model):
    """What must be done while the case is in one state."""

    route = models.ForeignKey(Route, models.CASCADE, related_name="stages")
    state = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    point = models.CharField(max_length=40, blank=True)  # the schedule point this stage must meet
    after_storage = models.BooleanField(default=False)  # never counts against June

    class Meta:
        constraints = [models.UniqueConstraint(fields=["route", "state"], name="stage_once")]
        ordering = ["position"]


class Track(models.Model):
    """An ordered list of groups; tracks of a stage run side by side and may open in an earlier state."""

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="tracks")
    key = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    opens_in = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stage", "key"], name="track_once")]
        ordering = ["position"]


class Group(models.Model):
    """Parallel step plans that pass together by one rule."""

    track = models.ForeignKey(Track, models.CASCADE, related_name="groups")
    key = models.CharField(max_length=40)
    names = models.JSONField()  # {"zh-hans": ..., "en": ...}
    position = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=12, default="all")  # any, all, k_of_n, weighted, in_order
    threshold = models.PositiveSmallIntegerField(default=0)  # k, or the weight to reach
    on_refuse = models.CharField(max_length=40, blank=True)  # group key; blank = the drafter

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "key"], name="group_once")]
        ordering = ["position"]


class StepPlan(models.Model):
    """One asked-for act: which role of which unit, its duty, its lead time and what must be there first."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="plans")
    key = models.CharField(max_length=40)
    names = models.JSONField()
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=32)
    resolver = models.CharField(
        max_length=32
    )  # home_group, home_village, home_town, county, partner_village, partner_town
    duty = models.CharField(max_length=12)
    lead = models.PositiveSmallIntegerField()
    lead_unit = models.CharField(max_length=10, default="working")  # working | calendar days
    lead_source = models.CharField(max_length=80, blank=True)  # document number, or "E" for an estimate
    not_before_days = models.PositiveSmallIntegerField(default=0)
    needs = models.JSONField(default=list)
    papers = models.JSONField(default=list)
    aspects = models.JSONField(default=list)
    condition = models.JSONField(null=True, blank=True)
    attest = models.BooleanField(default=False)  # approving it requires a document number
    each_holder = models.BooleanField(default=False)
    bulk_allowed = models.BooleanField(default=False)
    weight = models.PositiveSmallIntegerField(default=1)
    supervisor_role = models.CharField(max_length=32, default="vice_leader")
    excludes = models.JSONField(default=list)  # further duties barred to the same person; a route may only add

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "key"], name="plan_once")]
        ordering = ["position"]
