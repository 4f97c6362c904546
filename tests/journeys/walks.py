"""Which page is walked as whom; and which addresses are not pages of their own (posts, fragments, files)."""

from dataclasses import dataclass
from pathlib import Path

STARTED, MOVING, LATE = "YJ2012-YJ-004", "YJ2012-YJ-006", "YJ2012-YJ-003"


@dataclass(frozen=True)
class Walk:
    """A page as one person opens it; no person: signed out."""

    name: str
    person: str
    path: str
    grows: bool = True  # also with every text grown by half; the table of file names has words that cannot break


WALKS = (
    Walk("login", "", "/login/"),
    Walk("queue", "shenhe", "/queue/"),
    Walk("queue", "paichusuo", "/queue/"),
    Walk("queue", "jingban", "/queue/?tab=started"),
    Walk("queue", "fenguan", "/queue/?tab=section"),
    Walk("work", "shenhe", "/queue/work/"),
    Walk("find", "jingban", "/find/?q=YJ"),
    Walk("desk", "jingban", "/desk/"),
    Walk("case", "paichusuo", f"/cases/{MOVING}/"),
    Walk("case", "fenguan", f"/cases/{LATE}/"),
    Walk("case", "jieshouzhen", f"/cases/{LATE}/"),
    Walk("case_print", "shenhe", f"/cases/{LATE}/print/"),
    Walk("agreement_edit", "jingban", f"/agreements/{STARTED}/edit/"),
    Walk("households", "jingban", "/households/"),
    Walk("paper_file", "jingban", f"/agreements/{STARTED}/papers/"),
    Walk("inbox", "jingban", "/inbox/"),
    Walk("notification_settings", "jingban", "/inbox/settings/"),
    Walk("messages", "xitong", "/operations/messages/"),
    Walk("board", "fenguan", "/board/"),
    Walk("deadlines", "fenguan", "/deadlines/"),
    Walk("promises", "fenguan", "/promises/"),
    Walk("calendar", "xianban", "/calendar/"),
    Walk("programme_dates", "xianban", "/programmes/YJ2012/dates/"),
    Walk("help", "", "/help/"),
    Walk("help_chapter", "jingban", "/help/dates/"),
    Walk("help_chapter", "", "/help/patterns/"),
    Walk("routes", "liucheng", "/routes/"),
    Walk("route", "liucheng", "/routes/1/"),
    Walk("route_cases", "liucheng", "/routes/1/cases"),
    Walk("route_check", "liucheng", "/routes/1/check"),
    Walk("route_files", "liucheng", "/routes/1/files", grows=False),
    Walk("route_reminders", "liucheng", "/routes/1/reminders"),
    Walk("route_trial", "liucheng", "/routes/1/trial"),
    Walk("supervision", "fenguan", "/supervision/"),
    Walk("weekly", "fenguan", "/weekly/"),
    Walk("units", "anquan", "/units/"),
    Walk("people", "anquan", "/people/"),
    Walk("person", "anquan", "/people/1/"),
    Walk("hand_over", "anquan", "/people/hand-over/"),
    Walk("substitutions", "shenhe", "/substitutions/"),
    Walk("audit", "shenji", "/audit/"),
    Walk("audit", "shenjiguanli", "/audit/?tab=whole"),
    Walk("operations", "xitong", "/operations/"),
    Walk("account", "jingban", "/account/"),
    Walk("password", "jingban", "/password/"),
    Walk("second_factor", "jingban", "/second-factor/"),
)
MATRIX = Path(__file__).resolve().parents[1] / "security" / "matrix.txt"
# fragments of a page walked above, files, answers for machines, and the recording forms of test_one_household.py
PARTS = frozenset(
    {
        "agreement_record",
        "find",
        "home",
        "livez",
        "member_record",
        "objection_answer",
        "paper",
        "programmes",
        "pulse",
        "readyz",
        "route_file",
        "set_language",
        "supervision_order",
        "weekly_file",
        "weekly_report",
        "step_verb",
        "step_why",
        "supervise",
    }
)


def posts() -> frozenset[str]:
    """Addresses that nobody can GET, by the reviewed table of answers."""
    found = set()
    for line in MATRIX.read_text(encoding="utf-8").splitlines():
        name, method, words = (part.strip() for part in line.split("|"))
        if method == "GET" and not {"200", "302", "403", "409", "422"} & set(words.split()):
            found.add(name)
    return frozenset(found)


OPENED_ELSEWHERE = posts() | PARTS
