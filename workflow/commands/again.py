"""After an undo: the words about a step that is asked again are those about the step asked before; nothing twice."""

from workflow import statements
from workflow.commands.work import UNDO, Work
from workflow.models import Notice

ASKING = ["step_opened", "asked"]  # a signer asked again in a group's round is told by the first, was by the second
# Undoing is no new round for reminding: the ledger of the step asked before is that of the step in its place. What the
# relay withdrew because the step was decided is owed again; a due date that moved has begun a cycle of its own.
STILL_OWED = """step_id = v.fresh,
    superseded_at = CASE n.superseded_why WHEN 'step_closed' THEN NULL ELSE n.superseded_at END,
    superseded_why = CASE n.superseded_why WHEN 'step_closed' THEN '' ELSE n.superseded_why END"""
REMINDED = f"""
UPDATE workflow_notice n SET {STILL_OWED}
FROM unnest(%(old)s::bigint[], %(fresh)s::bigint[], %(cycle)s::int[]) AS v(old, fresh, cycle)
WHERE n.step_id = v.old AND n.cycle = v.cycle AND n.word = 'reminder'"""
TOLD = f"""
WITH told AS (
    UPDATE workflow_notice n SET {STILL_OWED}
    FROM unnest(%(old)s::bigint[], %(fresh)s::bigint[], %(people)s::bigint[]) AS v(old, fresh, person)
    WHERE n.step_id = v.old AND n.recipient_id = v.person AND n.word = ANY(%(asking)s)
      AND (n.superseded_at IS NULL OR n.superseded_why = 'step_closed')
      AND (n.read_at IS NULL OR %(at_once)s OR (n.created_at AT TIME ZONE 'Asia/Shanghai')::date = %(today)s)
    RETURNING n.step_id, n.recipient_id)
SELECT array_agg(step_id), array_agg(recipient_id) FROM told"""


def keep_words(work: Work) -> None:
    """Let the words about steps that an undo asks again go on, and owe no second one to whoever still has the first.

    Somebody has it who has not read it yet, or got it today, or from whom the step was away for the ten seconds of
    the undo only. Who read it on an earlier day is told again: they believe it done. Whoever takes back knows; and a
    step that lies in somebody's hands asks nobody else. Call before the new words are written.
    """
    if not work.again:
        return
    steps = list(work.again.values())
    fresh, cycles = [step.pk for step in steps], [step.due_version for step in steps]
    statements.row(REMINDED, {"old": list(work.again), "fresh": fresh, "cycle": cycles})
    before = dict(zip(fresh, work.again, strict=True))
    words = [one for one in work.notices if one.step_id in before and one.word in ASKING]
    about = {
        "old": [before[one.step_id or 0] for one in words],
        "fresh": [one.step_id for one in words],
        "people": [one.recipient_id for one in words],
        "asking": ASKING,
        "at_once": work.undoing is not None and work.now - work.undoing.at <= UNDO,
        "today": work.today,
    }
    step_ids, people = statements.row(TOLD, about) or (None, None)
    told = set(zip(step_ids or [], people or [], strict=True))
    needless = [one for one in words if (one.step_id, one.recipient_id) in told or not _asks(work, one)]
    work.notices = [one for one in work.notices if one not in needless]


def _asks(work: Work, word: Notice) -> bool:
    """Whether it is for its reader to act, who does not know yet."""
    knows = work.undoing is not None and work.actor is not None and work.actor.pk == word.recipient_id
    return not knows and (word.step is None or word.step.holder_id in (None, word.recipient_id))
