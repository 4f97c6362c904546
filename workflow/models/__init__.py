"""The engine's rows, one noun a file."""

from workflow.models.calendar import Calendar, CalendarDay, LeadTime, Schedule, SchedulePoint
from workflow.models.case import FINAL_STATES, Case, CaseMigration, LegalMove, PaperEnd, Participant, PointWords
from workflow.models.colleagues import Copy, Finding, Nudge
from workflow.models.desk import Phrase, SavedView
from workflow.models.history import Decision, Event, Opinion, Receipt, StreamHead
from workflow.models.ladder import Ladder
from workflow.models.looks import Look, Verification
from workflow.models.notice import Heartbeat, Notice
from workflow.models.people import Posting, Role, SignIn, Substitution, Unit, User
from workflow.models.route import Group, Route, Stage, StepPlan, Track
from workflow.models.step import Hold, Promise, Round, Step, Watch
from workflow.models.supervision import Supervision
from workflow.models.weekly import WeeklyReport

__all__ = [
    "FINAL_STATES",
    "Calendar",
    "CalendarDay",
    "Case",
    "CaseMigration",
    "Copy",
    "Decision",
    "Event",
    "Finding",
    "Group",
    "Heartbeat",
    "Hold",
    "Ladder",
    "LeadTime",
    "LegalMove",
    "Look",
    "Notice",
    "Nudge",
    "Opinion",
    "PaperEnd",
    "Participant",
    "Phrase",
    "PointWords",
    "Posting",
    "Promise",
    "Receipt",
    "Role",
    "Round",
    "Route",
    "SavedView",
    "Schedule",
    "SchedulePoint",
    "SignIn",
    "Stage",
    "Step",
    "StepPlan",
    "StreamHead",
    "Substitution",
    "Supervision",
    "Track",
    "Unit",
    "User",
    "Verification",
    "Watch",
    "WeeklyReport",
]
