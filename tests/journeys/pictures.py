"""The pictures of the handbook: who opens what, and what is done on the page before it is taken."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.journeys.desk import Desk
from tests.journeys.walks import LATE, STARTED

REMARK = {"zh": "户口簿缺一页，请补。", "en": "A page of the household booklet is missing."}
LEAVER = "安户籍"  # alone in the post, so that there is something to hand over
SUCCESSOR = "何开岚"


@dataclass(frozen=True)
class Picture:
    """One picture in both languages; no person: signed out."""

    name: str
    person: str
    path: str
    act: Callable[[Desk, str], None] = lambda desk, language: None
    height: int = 700


def to_the_top(desk: Desk, what: str) -> None:
    """As far up as its box scrolls."""
    desk.page.eval_on_selector(what, "part => part.scrollIntoView({block: 'start'})")


def sheet(desk: Desk, language: str) -> None:
    """The first agreement of the list beside it, nothing written yet."""
    desk.page.click("tr[data-row] a.t >> nth=0")
    desk.page.wait_for_selector("#drawer .sheet")
    desk.page.fill("#drawer textarea >> nth=0", "")


def returning(desk: Desk, language: str) -> None:
    """The return of the first one, with its reason written."""
    sheet(desk, language)
    desk.page.click("#drawer summary[data-key=r]")
    desk.page.fill("#drawer textarea", REMARK[language])
    to_the_top(desk, "#drawer .panelled")


def several(desk: Desk, language: str) -> None:
    """What approving three at once would do."""
    for place in (0, 1, 2):
        desk.page.check(f"td.ck input >> nth={place}")
    desk.page.click("#bulkbar .btn.p")
    desk.page.wait_for_selector("#bulkdialog[open] .acts .btn.p")


def verb(name: str) -> Callable[[Desk, str], None]:
    """The form of a verb in the sheet of the first one."""

    def opened(desk: Desk, language: str) -> None:
        sheet(desk, language)
        desk.page.click(f"#drawer [data-verb={name}]")
        desk.page.wait_for_selector("#drawer .verbform")
        to_the_top(desk, "#drawer .verbform")

    return opened


def reason(desk: Desk, language: str) -> None:
    """Why the first step is due on that day."""
    desk.page.goto(desk.address + str(desk.page.get_attribute("a[href*='/why/'] >> nth=0", "href")))


def desk_of_the_leaver(desk: Desk, language: str) -> None:
    """Whose desk is handed over, and what waits there."""
    for field, who in (("leaver", LEAVER), ("to", SUCCESSOR)):
        line = desk.page.locator(f"select[name={field}] option", has_text=who).first
        desk.page.select_option(f"select[name={field}]", value=line.get_attribute("value"))
    desk.page.check("input[name=posts]")
    desk.page.click("form.pick button")
    desk.page.wait_for_load_state()


PICTURES = (
    Picture("sign-in", "", "/login/", height=460),
    Picture("queue", "shenhe", "/queue/"),
    Picture("sheet", "shenhe", "/queue/", sheet),
    Picture("several", "shenhe", "/queue/", several),
    Picture("signer", "shenhe", "/queue/", verb("add_signer"), height=760),
    Picture("reassign", "shenhe", "/queue/", verb("reassign"), height=760),
    Picture("work-through", "shenhe", "/queue/work/"),
    Picture("return", "shenhe", "/queue/", returning, height=900),
    Picture("substitution", "shenhe", "/substitutions/", height=520),
    Picture("missing", "paichusuo", "/queue/", sheet),
    Picture("effects", "cunwei2", "/queue/?q=ZZ", sheet),
    Picture("draft", "jingban", f"/agreements/{STARTED}/edit/"),
    Picture("register", "jingban", "/households/"),
    Picture("inbox", "jingban", "/inbox/", height=560),
    Picture("settings", "jingban", "/inbox/settings/"),
    Picture("agreement", "fenguan", f"/cases/{LATE}/"),
    Picture("board", "fenguan", "/board/"),
    Picture("month", "fenguan", "/deadlines/?whose=scope", height=860),
    Picture("why", "jieshouzhen", f"/cases/{LATE}/", reason, height=600),
    Picture("route", "liucheng", "/routes/1/"),
    Picture("route-check", "liucheng", "/routes/1/check", height=560),
    Picture("audit", "shenji", "/audit/"),
    Picture("status", "xitong", "/operations/", height=560),
    Picture("units", "anquan", "/units/"),
    Picture("hand-over", "anquan", "/people/hand-over/", desk_of_the_leaver),
)
FIRST_RUN = Picture("first-run", "", "/setup/")
