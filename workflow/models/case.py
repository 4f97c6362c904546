"""The case: anything that travels a route. One state field, one lock, one event chain."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django_fsm import FSMField

from workflow.models.calendar import Schedule
from workflow.models.people import Unit, User
from workflow.models.route import Route
from workflow.models.state_machine import StateMachine

FINAL_STATES = ("completed", "withdrawn", "terminated", "superseded")


@dataclass(frozen=True)
class PaperEnd:
    """A paper that runs out: the last day it is good for, and the rule that says so. Names no person."""

    what: Any  # in words
    issued_on: date
    days: int  # calendar days
    last_day: date
    source: str


@dataclass(frozen=True)
class PointWords:
    """A schedule point in words: so many calendar days before which milestone, under which documents."""

    name: str
    milestone: str
    planned_on: date
    days_before: int
    document_no: str
    milestone_document: str


class Case(StateMachine):
    """A kind of case inherits from this (multi-table) and implements facts(), aspects(), unit_for(), unmet()."""

    kind = models.CharField(max_length=60)
    reference = models.CharField(max_length=40, unique=True, db_collation="C")
    title = models.CharField(max_length=120)
    state = FSMField(default="draft", protected=True)
    mode = models.CharField(max_length=40)
    subject_key = models.CharField(max_length=80, db_collation="C")
    route = models.ForeignKey(Route, models.PROTECT)
    schedule = models.ForeignKey(Schedule, models.PROTECT)
    home_unit = models.ForeignKey(Unit, models.PROTECT, related_name="home_cases")
    partner_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="partner_cases")
    partner_since = models.DateTimeField(null=True)  # first step opened for the partner: from then on it may look
    drafter = models.ForeignKey(User, models.PROTECT, related_name="drafted_cases")
    facts = models.JSONField(default=dict)
    hashes = models.JSONField(default=dict)  # {aspect: sha256}
    authors = models.JSONField(default=dict)  # {aspect: [user ids]} over the life of the case (four eyes)
    version = models.PositiveIntegerField(default=0)
    overrides = models.PositiveSmallIntegerField(default=0)  # groups passed by override: a mark that stays
    events = models.PositiveIntegerField(default=0)  # head sequence of this case's chain
    head = models.CharField(max_length=64, blank=True)  # head hash
    last_event_at = models.DateTimeField()
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    nearby: dict[str, Unit]  # units above and around by code, attached by the command that read the case

    class Meta:
        constraints = [
            # one live agreement per household, whatever happens at once
            models.UniqueConstraint(
                fields=["kind", "subject_key"], condition=~Q(state__in=FINAL_STATES), name="case_one_live"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "home_unit"], name="case_state_home"),
            models.Index(fields=["home_unit"], name="case_home"),
            models.Index(fields=["partner_unit"], name="case_partner"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_final(self) -> bool:
        """Nothing moves any more."""
        return self.state in FINAL_STATES

    def point_words(self, point: str) -> "PointWords | None":
        """Which milestone a schedule point hangs on; the kind knows."""
        return None

    def paper_ends(self) -> list["PaperEnd"]:
        """Papers under way that run out; the kind says which."""
        return []

    def expiry_for(self, needs: Iterable[str], duty: str) -> date | None:
        """The day by which a step of these needs and this duty must be done because a paper runs out."""
        return None

    def unit_by_code(self, code: str) -> Unit | None:
        """The unit with this code; asked of the database only where the command has not read it already."""
        near: dict[str, Unit] = self.__dict__.get("nearby", {})
        return near.get(code) or Unit.objects.filter(code=code).first()


class Participant(models.Model):
    """Who may see one case beyond their units: contact cadre, copied colleague, added signer."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="participants")
    user = models.ForeignKey(User, models.PROTECT)
    role = models.CharField(max_length=32)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user", "role"], name="participant_once")]


class CaseMigration(models.Model):
    """One move of a running case to another version of its route: logged; revertible while nobody has acted since."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="migrations")
    source = models.ForeignKey(Route, models.PROTECT, related_name="+")
    target = models.ForeignKey(Route, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    events = models.PositiveIntegerField()  # the case's head right after: an act with a higher number is one since
    reverted_at = models.DateTimeField(null=True)

    class Meta:
        # "which cases were moved to this version lately": the page of running cases
        indexes = [models.Index(fields=["target", "-at"], name="migration_target")]


class LegalMove(models.Model):
    """(kind, source, target) as generated from the code; a trigger refuses every other change of state."""

    kind = models.CharField(max_length=60)
    source = models.CharField(max_length=40)
    target = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "source", "target"], name="legal_move_once")]
