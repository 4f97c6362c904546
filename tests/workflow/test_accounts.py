"""Sign-in, lockout, second factor, sessions, first run, and who may set up people (promises P24, P25)."""

import re
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests import builders
from tests.workflow.test_pages import signed_in
from workflow import errors
from workflow.commands import installation, staffing
from workflow.models import Event, Posting, SignIn, Unit, User

GOOD = "Long-enough-77"


@pytest.fixture
def asked_for_a_code(settings: Any) -> None:
    """As the product does it: leaders and administrators need a second factor."""
    settings.SECOND_FACTOR_ROLES = settings.LEADERS_AND_ADMINISTRATORS.split(",")


@pytest.fixture
def keyed(world: builders.World, asked_for_a_code: None) -> builders.World:
    """The world, whose clerk and chair have a password."""
    for person in (world.clerk, world.chair):
        person.set_password(GOOD)
        person.save()
    return world


def sign_in(name: str, word: str = GOOD, client: Client | None = None, **extra: Any) -> tuple[Client, Any]:
    client = client or Client()
    return client, client.post("/login/", {"username": name, "password": word}, **extra)


def code_of(user: User) -> str:
    device = TOTPDevice.objects.get(user=user)
    return f"{totp(device.bin_key, t0=0):06d}"


# --- lockout -------------------------------------------------------------------------------------------------------
def test_guessing_is_locked_out_and_the_page_says_until_when(keyed: builders.World) -> None:
    for _n in range(settings.AXES_FAILURE_LIMIT):
        _client, answer = sign_in("clerk", "wrong")
    until = AccessAttempt.objects.get().attempt_time + settings.AXES_COOLOFF_TIME
    told = until.astimezone(builders.SHANGHAI).strftime("%H:%M")
    assert answer.status_code == 429 and told in answer.content.decode()
    assert sign_in("clerk")[1].status_code == 429  # even the right password waits


def test_a_name_longer_than_any_account_is_answered_like_any_other_wrong_one(keyed: builders.World) -> None:
    said = [sign_in_page(name) for name in ("nobody", "n" * 70)]
    assert said[0] == said[1] == ["用户名或密码不正确。连续输错 5 次后暂停登录 15 分钟。"]


def sign_in_page(name: str) -> list[str]:
    """What the sign-in says to this name and a wrong password."""
    page = Client().post("/login/", {"username": name, "password": "wrong"}).content.decode()
    return re.findall(r'<li class="error">(.*?)</li>', page)


def test_a_lockout_is_one_person_at_one_address_not_an_office_and_not_a_leader_from_afar(keyed: builders.World) -> None:
    for _n in range(settings.AXES_FAILURE_LIMIT + 1):
        sign_in("clerk", "wrong")
    assert sign_in("chair")[1].status_code == 302
    assert sign_in("clerk", REMOTE_ADDR="10.1.2.3")[1].status_code == 302


# --- second factor -------------------------------------------------------------------------------------------------
def test_a_leader_gets_nowhere_before_the_second_factor(keyed: builders.World) -> None:
    client, _answer = sign_in("chair")
    step = builders.open_step(builders.agreement(keyed), "draft")
    assert client.get("/queue/").url.startswith("/second-factor/?next=%2Fqueue%2F")  # type: ignore[attr-defined]
    assert client.post(f"/steps/{step.pk}/decide", {"verdict": "approve"}).status_code == 302
    assert client.get("/queue/", headers={"HX-Request": "true"}).headers["HX-Redirect"].startswith("/second-factor/")
    assert client.get("/livez").status_code == 200


def test_setting_up_and_passing_the_second_factor(keyed: builders.World) -> None:
    client, _answer = sign_in("chair")
    page = client.post("/second-factor/set", {"next": "/board/"})
    assert "<svg" in page.content.decode()
    wrong = client.post("/second-factor/set", {"code": "000000"})
    assert wrong.status_code == 422 and not User.objects.get(pk=keyed.chair.pk).second_factor
    TOTPDevice.objects.update(throttling_failure_count=0)
    done = client.post("/second-factor/set", {"code": code_of(keyed.chair), "next": "/board/"})
    assert (done.status_code, done.headers["Location"]) == (302, "/board/")
    assert client.get("/board/").status_code == 200
    assert Event.objects.filter(kind="account.second_factor_set", actor=keyed.chair).exists()


def test_the_next_sign_in_asks_for_a_code_and_a_used_code_is_worth_nothing(keyed: builders.World) -> None:
    device = TOTPDevice.objects.create(user=keyed.chair, confirmed=True)
    User.objects.filter(pk=keyed.chair.pk).update(second_factor=True)
    client, _answer = sign_in("chair")
    code = f"{totp(device.bin_key, t0=0):06d}"
    assert client.get("/queue/").status_code == 302
    assert client.post("/second-factor/", {"code": code}).status_code == 302
    assert client.get("/queue/").status_code == 200
    other, _answer = sign_in("chair")
    assert other.post("/second-factor/", {"code": code}).status_code == 422
    assert other.get("/queue/").status_code == 302


def test_a_clerk_needs_none_but_may_want_one(keyed: builders.World) -> None:
    client, _answer = sign_in("clerk")
    assert client.get("/queue/").status_code == 200
    assert client.get("/second-factor/").status_code == 200


def test_a_second_factor_is_not_replaced_by_whoever_only_knows_the_password(keyed: builders.World) -> None:
    TOTPDevice.objects.create(user=keyed.chair, confirmed=True)
    User.objects.filter(pk=keyed.chair.pk).update(second_factor=True)
    client, _answer = sign_in("chair")
    assert client.post("/second-factor/set").headers["Location"] == "/second-factor/"
    assert TOTPDevice.objects.filter(user=keyed.chair).count() == 1


# --- sessions ------------------------------------------------------------------------------------------------------
def test_a_forgotten_session_is_ended_from_elsewhere(keyed: builders.World) -> None:
    forgotten, _answer = sign_in("clerk")
    here, _answer = sign_in("clerk")
    oldest = SignIn.objects.order_by("pk").first()
    assert oldest and here.post(f"/account/sessions/{oldest.pk}/end").status_code == 302
    asked = forgotten.get("/queue/?light=red")
    assert (asked.status_code, asked.headers["Location"]) == (302, "/login/?next=/queue/%3Flight%3Dred&ended=1")
    assert "已在别处结束" in forgotten.get(asked.headers["Location"]).content.decode()
    assert here.get("/queue/").status_code == 200
    never = Client().get("/queue/")
    assert never.headers["Location"] == "/login/?next=/queue/"
    assert "已在别处结束" not in Client().get(never.headers["Location"]).content.decode()


def test_nobody_ends_anothers_session(keyed: builders.World) -> None:
    sign_in("clerk")
    theirs = SignIn.objects.get()
    assert signed_in(keyed.town_reviewer).post(f"/account/sessions/{theirs.pk}/end").status_code == 404
    assert SignIn.objects.get().ended_at is None


def test_a_given_password_is_good_for_one_sign_in(keyed: builders.World) -> None:
    before, _answer = sign_in("clerk")
    staffing.give_password(keyed.clerk, "Given-by-admin-1", actor=keyed.security_admin)
    assert before.get("/queue/").status_code == 302  # every session ended
    client, _answer = sign_in("clerk", "Given-by-admin-1")
    assert client.get("/queue/").headers["Location"].startswith("/password/")
    form = {"old_password": "Given-by-admin-1", "new_password1": GOOD, "new_password2": GOOD, "next": "/inbox/"}
    assert client.post("/password/", form).headers["Location"] == "/inbox/"
    assert client.get("/queue/").status_code == 200


# --- people and posts ----------------------------------------------------------------------------------------------
def test_a_post_given_works_and_an_ended_one_is_refused_on_the_next_request(world: builders.World) -> None:
    made = staffing.add_person("xin", "新来", GOOD, actor=world.security_admin)
    User.objects.filter(pk=made.pk).update(must_change_password=False)
    town = world.units[builders.HOME_TOWN]
    posting = staffing.post(made, "town_reviewer", town, actor=world.security_admin)
    client = signed_in(made)
    case = builders.walk(world, builders.agreement(world), "in_review")
    assert client.get(f"/cases/{case.reference}/").status_code == 200
    staffing.end_post(posting, actor=world.security_admin)
    assert Posting.objects.get(pk=posting.pk).valid_until is not None
    Posting.objects.filter(pk=posting.pk).update(valid_from="2020-01-01", valid_until="2020-01-02")
    assert client.get(f"/cases/{case.reference}/").status_code == 404


def test_the_last_holder_of_a_role_that_routes_ask_for_stays(world: builders.World) -> None:
    posting = Posting.objects.get(user=world.town_reviewer)
    with pytest.raises(errors.LastHolder):
        staffing.end_post(posting, actor=world.security_admin)
    with pytest.raises(errors.LastHolder):
        staffing.set_active(world.town_reviewer, False, actor=world.security_admin)
    assert User.objects.get(pk=world.town_reviewer.pk).is_active


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "audit_admin"])
def test_the_three_administrators_exclude_each_other_and_every_deciding_post(world: builders.World, role: str) -> None:
    county = world.units[builders.COUNTY]
    for holder in (world.clerk, world.system_admin if role != "system_admin" else world.audit_admin):
        with pytest.raises(errors.InvalidInput):
            staffing.post(holder, role, county, actor=world.security_admin)


def test_only_the_security_administrator_changes_people_and_never_themselves(world: builders.World) -> None:
    for person in (world.system_admin, world.county_officer, world.clerk):
        with pytest.raises(errors.NotAllowed):
            staffing.add_person("x", "x", GOOD, actor=person)
    with pytest.raises(errors.NotAllowed):
        staffing.post(world.security_admin, "chair", world.units[builders.HOME_TOWN], actor=world.security_admin)
    form = {"user": world.clerk.pk, "role": "chair", "unit": builders.HOME_TOWN}
    assert signed_in(world.county_officer).post("/units/posts/add", form).status_code == 404


def test_another_countys_units_and_people_do_not_exist_for_an_administrator(world: builders.World) -> None:
    page = signed_in(world.security_admin).get("/units/").content.decode()
    assert "上坝村" in page and "远山镇" not in page
    with pytest.raises(errors.NotFound):
        staffing.add_unit("990199102", "外县镇", actor=world.security_admin)
    assert signed_in(world.security_admin).get(f"/people/{world.stranger.pk}/").status_code == 404


def test_units_are_added_renamed_and_counted_in_the_tree(world: builders.World) -> None:
    client = signed_in(world.security_admin)
    assert client.post("/units/add", {"code": "990101103", "name": "新镇"}).status_code == 302
    assert client.post("/units/add", {"code": "990101103", "name": "又一"}).status_code == 409
    assert client.post("/units/add", {"code": "99010110", "name": "坏码"}).status_code == 422
    client.post("/units/rename", {"unit": "990101103", "name": "新名镇"})
    assert Unit.objects.get(code="990101103").name == "新名镇"
    assert "新名镇" in client.get("/units/?unit=990101103").content.decode()


def test_ones_own_sessions_are_named_as_people_name_them(world: builders.World) -> None:
    chrome = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"
    world.clerk.set_password(GOOD)
    world.clerk.save()
    client = Client(headers={"User-Agent": chrome})
    client.post("/login/", {"username": "clerk", "password": GOOD})
    page = client.get("/account/").content.decode()
    assert "Chrome, Windows" in page and "Mozilla" not in page
    assert page.count("登录地址") == 2 and "起始日期" not in page


# --- first run -----------------------------------------------------------------------------------------------------
FIRST = {
    "setup_code": settings.SETUP_CODE,
    "county_name": "云江县",
    "county_code": "990101",
    "town_name_1": "河口镇",
    "town_code_1": "990101101",
    **{
        f"{part}_{role}": value
        for role in ("system_admin", "security_admin")
        for part, value in (("username", role), ("name", role), ("password", GOOD), ("again", GOOD))
    },
}


@pytest.mark.django_db
def test_an_empty_machine_leads_to_the_wizard_which_works_once() -> None:
    client = Client()
    assert client.get("/login/").headers["Location"] == "/setup/"
    assert client.post("/setup/", FIRST).headers["Location"] == "/login/"
    assert Unit.objects.filter(code__in=["990101", "990101101"]).count() == 2
    assert set(Posting.objects.values_list("role", flat=True)) == {"system_admin", "security_admin"}
    assert (client.get("/setup/").status_code, client.post("/setup/", FIRST).status_code) == (404, 404)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spoilt",
    [
        {"setup_code": "guess"},
        {"county_code": "99"},
        {"town_code_1": "880101101"},
        {"again_system_admin": "other"},
        {"username_security_admin": "system_admin"},
        {"password_system_admin": "short", "again_system_admin": "short"},
    ],
)
def test_a_spoilt_first_run_makes_nothing_and_keeps_what_was_typed(spoilt: dict[str, str]) -> None:
    answer = Client().post("/setup/", FIRST | spoilt)
    assert answer.status_code == 422 and "河口镇" in answer.content.decode()
    assert not User.objects.exists() and not Unit.objects.exists()
    assert installation.open_for_setup()


@pytest.mark.django_db
def test_a_first_run_is_told_everything_that_is_wrong_at_once() -> None:
    short = {"password_system_admin": "short", "again_system_admin": "short"}
    spoilt = short | {"setup_code": "猜", "county_code": "99", "town_name_1": "", "again_security_admin": "other"}
    page = Client().post("/setup/", FIRST | spoilt).content.decode()
    said = page.split('role="alert"')[1].split("</ul>")[0]
    assert said.count("<li") == 5 and "密码太短，至少 10 个字符" in said, said
    for words in ("设置码", "县", "乡镇 1", "系统管理员", "安全管理员"):
        assert words in said, words
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_new_county_shows_what_is_left_to_do_and_marks_what_is_done() -> None:
    Client().post("/setup/", FIRST)
    first, county = User.objects.get(username="security_admin"), Unit.objects.get(code="990101")
    client = signed_in(first)
    page = client.get("/queue/").content.decode()
    assert "系统刚装好，还要做这些" in page and "已完成" not in page
    assert "manage.py load_programme FILE.xlsx --dry-run" in page and 'href="/people/"' in page
    builders.user("xin", "clerk", county)
    page = client.get("/queue/").content.decode()
    assert page.count("已完成") == 2 and "任命岗位 · 已完成" in page and "添加人员 · 已完成" in page
    assert "系统刚装好" not in signed_in(User.objects.get(username="xin")).get("/queue/").content.decode()


def test_pages_of_families_stay_out_of_a_shared_computers_cache(world: builders.World) -> None:
    answer = signed_in(world.clerk).get("/queue/")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
