"""One household from a returned draft to completed, each role at its own desk."""

import re
from datetime import timedelta

import pytest

from tests.journeys.desk import Desk
from tests.product import Site
from workflow import clock

pytestmark = pytest.mark.journey
REFERENCE = "YJ2012-YJ-004"
TODAY = clock.today().isoformat()


def _record(what: str) -> str:
    return f"/agreements/{REFERENCE}/record/{what}/"


def _review(desk: Desk) -> None:
    desk.sign_in("jingban").decide(REFERENCE, "draft")
    desk.sign_in("shenhe").decide(REFERENCE, "town_review", comment="材料齐全")
    desk.shot("case-in-review")
    desk.sign_in("zuzhang").decide(REFERENCE, "chair_approval", number="纪要〔2026〕12号")


def _sign(desk: Desk) -> None:
    desk.sign_in("jieshoucun").decide(REFERENCE, "receiving_village", number="接收函1号")
    desk.sign_in("jieshouzhen").decide(REFERENCE, "receiving_town", number="台账第3页")
    desk.sign_in("jingban")
    signers = (
        ("household", "陈桂渡", "fingerprint"),
        ("origin_town", "王分管", "seal"),
        ("receiving_town", "屏分管", "seal"),
    )
    for party, signer, method in signers:
        desk.record(
            _record("signature"), upload="paper_id_upload", party=party, signer=signer, method=method, signed_on=TODAY
        )
    desk.shot("case-signed")
    desk.decide(REFERENCE, "signatures")
    desk.sign_in("xianban").decide(REFERENCE, "county_filing", number="备案2026-4")


def _transfer(desk: Desk) -> None:
    desk.sign_in("paichusuo").case(REFERENCE)
    links = desk.page.locator("a[href*='/members/'][href$='/permit/']")
    paths = [links.nth(i).get_attribute("href") or "" for i in range(links.count())]
    assert len(paths) == 5
    for number, path in enumerate(paths):
        desk.record(path, permit_no=f"准{number}", permit_on=TODAY)
        desk.record(
            path.replace("/permit/", "/move_out/"),
            certificate_no=f"迁{number}",
            certificate_on=TODAY,
            moved_out_on=TODAY,
        )
        desk.record(path.replace("/permit/", "/move_in/"), booklet_no=f"户{number}", moved_in_on=TODAY)
    desk.shot("case-transferred")
    desk.decide(REFERENCE, "transfer")
    desk.sign_in("shenhe").decide(REFERENCE, "transfer_check")


def _homestead(desk: Desk) -> None:
    desk.sign_in("jieshoucun")
    desk.record(_record("plot-select"), plot_no="田-7", area_m2="150", selected_on=TODAY)
    desk.record(_record("plot-allot"), draw_no="签7", allotted_on=TODAY)
    desk.decide(REFERENCE, "plot_allotment")
    desk.sign_in("jieshouzhen")
    desk.record(_record("plot-approve"), approval_no="批7", approved_on=TODAY)
    desk.decide(REFERENCE, "plot_approval")
    desk.sign_in("tudi")
    desk.record(_record("plot-stake"), upload="paper_id_upload", staked_on=TODAY)
    desk.record(_record("plot-build"), built_on=TODAY, measured_m2="149.5")
    desk.decide(REFERENCE, "plot_measured")
    desk.sign_in("tudi2").record(_record("plot-accept"), acceptance_no="验7", accepted_on=TODAY)
    desk.sign_in("jieshoufenguan").decide(REFERENCE, "plot_acceptance")
    desk.shot("case-homestead")


def _finish(desk: Desk) -> None:
    acts = (
        ("zhidan", "payment_prepared"),
        ("fuhe", "payment_checked"),
        ("chuna", "payment_made"),
        ("jingban", "move_in"),
        ("tudi", "land_handed_over"),
        ("zuzhang1", "household_confirms"),
        ("dangan", "file_complete"),
    )
    for person, plan in acts:
        if plan == "file_complete":
            desk.sign_in("shenhe").decide(REFERENCE, "office_confirms")
            desk.sign_in("jieshouzhen").decide(REFERENCE, "receiving_confirms")
        desk.sign_in(person).decide(REFERENCE, plan, number=f"{plan}-1")


def test_each_role_does_its_part_until_the_household_is_completed(desk: Desk, site: Site) -> None:
    for part in (_review, _sign, _transfer, _homestead, _finish):
        part(desk)
    desk.sign_in("fenguan")
    assert desk.state(REFERENCE) == ""
    desk.shot("case-completed")
    desk.open("/board/")
    assert re.search(r"3 / \d+", desk.page.inner_text("main"))  # of however many other journeys have drafted
    desk.shot("board-after")
    assert "reminders" not in desk.page.content()
    ahead = (clock.now() + timedelta(days=30)).isoformat()
    assert int("".join(c for c in site.manage("sweep_deadlines", "--now", ahead) if c.isdigit()) or 0) > 0
