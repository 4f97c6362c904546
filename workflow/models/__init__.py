"""The engine's rows, one noun a file."""

from workflow.models.calendar import Calendar, CalendarDay, Schedule, SchedulePoint
from workflow.models.case import FINAL_STATES, Case, LegalMove, Participant
from workflow.models.history import Decision, Event, Opinion, Receipt, StreamHead
from workflow.models.notice import Heartbeat, Notice
from workflow.models.people import Posting, Role, Substitution, Unit, User
from workflow.models.route import Group, Route, Stage, StepPlan, Track
from workflow.models.step import Hold, Round, Step

__all__ = [
    "FINAL_STATES",
    "Calendar",
    "CalendarDay",
    "Case",
    "Decision",
    "Event",
    "Group",
    "Heartbeat",
    "Hold",
    "LegalMove",
    "Notice",
    "Opinion",
    "Participant",
    "Posting",
    "Receipt",
    "Role",
    "Round",
    "Route",
    "Schedule",
    "SchedulePoint",
    "Stage",
    "Step",
    "StepPlan",
    "StreamHead",
    "Substitution",
    "Track",
    "Unit",
    "User",
]
