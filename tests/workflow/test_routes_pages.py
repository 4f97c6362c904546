"""The route keeper pages: who may open them, nothing typed is lost, two editors, publishing, migrating, files."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from lxml import html as lx

from tests import builders
from tests.builders import World
from workflow.commands import routes
from workflow.models import Case, Route, User
from workflow.rules import routedoc, routeedit


def published() -> Route:
    return Route.objects.get(mode="agri_dispersed", status=Route.PUBLISHED)


def draft_of(world: World) -> Route:
    return routes.draft(published().pk, actor=world.route_keeper)


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def part(route: Route, address: str) -> dict[str, Any]:
    return dict(routedoc.parts(Route.objects.get(pk=route.pk).document))[address]


def plan_form(route: Route, address: str, **changes: Any) -> dict[str, Any]:
    """What the browser posts for a plan."""
    plan = part(route, address)
    form = {
        "at": address,
        "seen": routeedit.fingerprint(Route.objects.get(pk=route.pk).document, address),
        "name_zh": plan["names"]["zh-hans"],
        "name_en": plan["names"]["en"],
        "role": plan["role"],
        "unit": plan["unit"],
        "duty": plan["duty"],
        "lead": str(plan["lead"]),
        "lead_unit": plan.get("lead_unit", "working"),
        "source": plan.get("source", ""),
        "supervisor": plan.get("supervisor", "vice_leader"),
        "aspects": plan.get("aspects", []),
        "needs": plan.get("needs", []),
        "papers": plan.get("papers", []),
        "joined": "all",
    }
    return form | ({"bulk": "on"} if plan.get("bulk") else {}) | changes


PAGES = ("route", "route_check", "route_trial", "route_files")


def test_readers_see_the_routes_and_only_the_keeper_may_edit(world: World) -> None:
    builders.agreement(world)
    draft = draft_of(world)
    for who in ("route_keeper", "county_officer", "auditor", "vice_leader"):
        client = as_user(world.people[who])
        assert client.get(reverse("routes")).status_code == 200
        for name in PAGES:
            assert client.get(reverse(name, args=[draft.pk])).status_code == 200
        assert client.get(reverse("route_cases", args=[published().pk])).status_code == 200
        wanted = 200 if who == "route_keeper" else 404
        assert client.get(reverse("route_edit", args=[draft.pk])).status_code == wanted
    for who in ("clerk", "nobody", "contact_cadre", "system_admin"):
        client = as_user(world.people[who])
        assert {client.get(reverse(name, args=[draft.pk])).status_code for name in (*PAGES, "route_edit")} == {404}
        assert client.get(reverse("routes")).status_code == 404


def test_a_keeper_of_another_county_sees_nothing_of_these_routes(world: World) -> None:
    far = builders.user("far_keeper", "route_keeper", world.units["990199"])
    assert as_user(far).get(reverse("route", args=[published().pk])).status_code == 404
    assert as_user(far).post(reverse("route_draft", args=[published().pk])).status_code == 404


@pytest.mark.parametrize("at", ["route:", "stage:in_review", "track:final_check/payment", "group:group_approval"])
def test_every_kind_of_part_has_its_form(world: World, at: str) -> None:
    draft = draft_of(world)
    page = as_user(world.route_keeper).get(reverse("route_edit", args=[draft.pk]), {"at": at})
    assert page.status_code == 200
    assert routeedit.fingerprint(draft.document, at) in page.content.decode()


def test_every_plan_of_the_default_route_saves_unchanged_as_it_is(world: World) -> None:
    """Opening each part and saving it untouched changes nothing: no form loses what it does not show."""
    draft, client = draft_of(world), as_user(world.route_keeper)
    before = draft.document
    for address, _part in routedoc.parts(before):
        if address.startswith("plan:"):
            form = _posted(client.get(reverse("route_edit", args=[draft.pk]), {"at": address}).content.decode())
            assert client.post(reverse("route_save", args=[draft.pk]), form).status_code == 302
    assert routedoc.differences(before, Route.objects.get(pk=draft.pk).document) == []


def _posted(html: str) -> dict[str, Any]:
    """What a browser would send of the editor's form."""
    form = lx.fromstring(html).get_element_by_id("part")
    found: dict[str, Any] = {}
    for name, value in form.form_values():
        found.setdefault(name, []).append(value)
    return found


def test_no_page_of_a_route_shows_the_marks_of_estimates(world: World) -> None:
    draft, client = draft_of(world), as_user(world.route_keeper)
    address = reverse("route_edit", args=[draft.pk]) + "?at=plan:town_review"
    pages = [reverse("route", args=[draft.pk]), reverse("route", args=[published().pk])]
    for page in [client.get(url).content.decode() for url in pages]:
        assert "E S0" not in page and "暂估（无文件）" in page
    editor = client.get(address).content.decode()
    assert 'placeholder="暂估（无文件）"' in editor and 'name="source" maxlength="80" value=""' in editor
    form = _posted(editor)
    client.post(reverse("route_save", args=[draft.pk]), form)
    assert part(draft, "plan:town_review")["source"] == "E S05"  # the mark is kept, unseen
    client.post(reverse("route_save", args=[draft.pk]), plan_form(draft, "plan:town_review", source=""))
    assert part(draft, "plan:town_review")["source"] == "E"


def test_what_is_typed_is_saved_and_the_diagram_follows(world: World) -> None:
    draft, client = draft_of(world), as_user(world.route_keeper)
    form = plan_form(draft, "plan:town_review", lead="7", source="云移〔2026〕9号", name_zh="镇里审核")
    answer = client.post(reverse("route_save", args=[draft.pk]), form, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "7 工作日" in text and "镇里审核" not in text.split("<svg")[0] and "已保存" in text
    assert (part(draft, "plan:town_review")["lead"], part(draft, "plan:town_review")["source"]) == (
        7,
        "云移〔2026〕9号",
    )


def test_a_condition_is_built_of_selects_and_told_in_words(world: World) -> None:
    draft, client = draft_of(world), as_user(world.route_keeper)
    rows = {"fact_0": "amount:at_least:", "figure_0": "500,000", "fact_1": "crosses_county:is:true", "fact_2": ""}
    form = plan_form(draft, "plan:chair_approval", **rows)
    answer = client.post(reverse("route_save", args=[draft.pk]), form, headers={"HX-Request": "true"})
    assert "补偿金额不少于500,000 元，且该户跨县搬迁" in answer.content.decode()
    wanted = {"all": [{"fact": "amount", "at_least": 500000}, {"fact": "crosses_county", "is": True}]}
    assert part(draft, "plan:chair_approval")["condition"] == wanted
    page = client.get(reverse("route_edit", args=[draft.pk]), {"at": "plan:chair_approval"}).content.decode()
    assert 'value="500000"' in page
    form = plan_form(draft, "plan:chair_approval", joined="any", **rows)
    client.post(reverse("route_save", args=[draft.pk]), form)
    assert "any" in part(draft, "plan:chair_approval")["condition"]
    client.post(reverse("route_save", args=[draft.pk]), plan_form(draft, "plan:chair_approval"))
    assert "condition" not in part(draft, "plan:chair_approval")


@pytest.mark.parametrize(
    ("name", "value"), [("lead", "soon"), ("lead", "-1"), ("lead", "123456"), ("figure_0", "many")]
)
def test_nonsense_is_refused_beside_the_form_and_nothing_is_saved(world: World, name: str, value: str) -> None:
    draft, client = draft_of(world), as_user(world.route_keeper)
    form = plan_form(draft, "plan:town_review", fact_0="amount:at_least:", figure_0="1") | {name: value}
    answer = client.post(reverse("route_save", args=[draft.pk]), form, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Reswap"]) == (422, "innerHTML")
    assert Route.objects.get(pk=draft.pk).document == draft.document


def test_two_editors_of_one_part_meet_the_difference_and_choose(world: World) -> None:
    second = builders.user("second_keeper", "route_keeper", world.units[builders.COUNTY])
    draft = draft_of(world)
    mine = plan_form(draft, "plan:town_review", lead="8")
    theirs = plan_form(draft, "plan:town_review", lead="5", source="X1")
    assert as_user(second).post(reverse("route_save", args=[draft.pk]), theirs).status_code == 302
    client = as_user(world.route_keeper)
    answer = client.post(reverse("route_save", args=[draft.pk]), mine, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert (answer.status_code, "second_keeper" in text, "X1" in text) == (409, True, True)
    assert text.count("<tr>") == 3  # the heading, lead and document: what nobody touched is not listed
    assert part(draft, "plan:town_review")["lead"] == 5
    now = routeedit.fingerprint(Route.objects.get(pk=draft.pk).document, "plan:town_review")
    assert f'value="{now}"' in text
    assert client.post(reverse("route_save", args=[draft.pk]), mine | {"mine": now}).status_code == 302
    assert part(draft, "plan:town_review")["lead"] == 8


def test_two_editors_of_different_parts_do_not_disturb_each_other(world: World) -> None:
    second = builders.user("second_keeper", "route_keeper", world.units[builders.COUNTY])
    draft = draft_of(world)
    mine, theirs = plan_form(draft, "plan:town_review", lead="8"), plan_form(draft, "plan:draft", lead="2")
    as_user(second).post(reverse("route_save", args=[draft.pk]), theirs)
    as_user(world.route_keeper).post(reverse("route_save", args=[draft.pk]), mine)
    assert (part(draft, "plan:town_review")["lead"], part(draft, "plan:draft")["lead"]) == (8, 2)


def test_parts_are_added_moved_and_removed(world: World) -> None:
    draft, client = draft_of(world), as_user(world.route_keeper)
    url = reverse("route_arrange", args=[draft.pk])

    def keys() -> list[str]:
        return [address for address, _part in routedoc.parts(Route.objects.get(pk=draft.pk).document)]

    added = client.post(url, {"do": "add_after", "at": "group:town_review"})
    assert added.headers["Location"].endswith("?at=group:group_1")
    assert keys().index("group:group_1") == keys().index("group:group_approval") - 2
    client.post(url, {"do": "add_plan", "at": "group:group_1"})
    client.post(url, {"do": "earlier", "at": "group:group_1"})
    assert keys().index("group:group_1") < keys().index("group:town_review")
    client.post(url, {"do": "add_track", "at": "stage:signing"})
    assert "track:signing/track_1" in keys()
    for at in ("track:signing/track_1", "group:group_1"):
        client.post(url, {"do": "remove", "at": at})
    assert Route.objects.get(pk=draft.pk).document == draft.document
    client.post(url, {"do": "remove", "at": "stage:final_check"})
    client.post(url, {"do": "add_stage", "state": "final_check"})
    assert [k for k in keys() if k.startswith("stage:")][-1] == "stage:final_check"
    assert client.post(url, {"do": "explode", "at": "group:draft"}).status_code == 422
    assert client.post(url, {"do": "remove", "at": "group:nothing"}).status_code == 404


def test_a_double_click_adds_and_moves_once(world: World) -> None:
    draft, client = draft_of(world), as_user(world.route_keeper)
    url = reverse("route_arrange", args=[draft.pk])
    for at, do in (
        ("group:town_review", "add_plan"),
        ("group:town_review", "earlier"),
        ("track:in_review/review", "add_group"),
    ):
        html = lx.fromstring(client.get(reverse("route_edit", args=[draft.pk]), {"at": at}).content.decode())
        form = next(f for f in html.forms if f.xpath(f".//button[@value='{do}']"))
        values = dict(form.form_values()) | {"do": do}
        assert [client.post(url, values).status_code for _click in range(2)] == [302, 409]


def test_a_reader_is_told_of_cases_in_their_own_scope_only(world: World) -> None:
    """The receiving town reads the county's route; cases that have not reached it stay unnamed (promise P20)."""
    case = builders.agreement(world)
    for name in ("route_trial", "route_cases"):
        url = reverse(name, args=[published().pk])
        assert case.reference in as_user(world.route_keeper).get(url).content.decode()
        assert case.reference in as_user(world.vice_leader).get(url).content.decode()
        assert case.reference not in as_user(world.vice_leader_2).get(url).content.decode()


def test_a_group_of_one_is_called_like_its_plan_until_it_has_a_name_of_its_own(world: World) -> None:
    draft, client = draft_of(world), as_user(world.route_keeper)
    client.post(reverse("route_arrange", args=[draft.pk]), {"do": "add_after", "at": "group:town_review"})
    save = reverse("route_save", args=[draft.pk])
    client.post(save, plan_form(draft, "plan:group_1_plan_1", name_zh="会审", name_en="Joint review"))
    assert part(draft, "group:group_1")["names"] == {"zh-hans": "会审", "en": "Joint review"}
    client.post(save, plan_form(draft, "plan:draft", name_zh="写", name_en="Write"))
    assert part(draft, "group:draft")["names"]["zh-hans"] == "起草协议"


def test_a_part_changed_meanwhile_is_not_removed(world: World) -> None:
    draft, client = draft_of(world), as_user(world.route_keeper)
    seen = routeedit.fingerprint(draft.document, "plan:chair_approval")
    client.post(reverse("route_save", args=[draft.pk]), plan_form(draft, "plan:chair_approval", lead="9"))
    form = {"do": "remove", "at": "plan:chair_approval", "seen": seen}
    assert client.post(reverse("route_arrange", args=[draft.pk]), form).status_code == 409
    assert part(draft, "plan:chair_approval")["lead"] == 9


def test_check_shows_every_fault_with_a_link_and_blocks_the_button(world: World) -> None:
    case = builders.agreement(world)
    draft, client = draft_of(world), as_user(world.route_keeper)
    client.post(reverse("route_save", args=[draft.pk]), plan_form(draft, "plan:town_review", lead="0"))
    page = client.get(reverse("route_check", args=[draft.pk])).content.decode()
    assert "at=plan:town_review" in page and "disabled" in page and "1 件在办" in page
    form = {"seen": Route.objects.get(pk=draft.pk).digest}
    assert client.post(reverse("route_publish", args=[draft.pk]), form).status_code == 422
    client.post(reverse("route_save", args=[draft.pk]), plan_form(draft, "plan:town_review", lead="3"))
    client.post(reverse("route_save", args=[draft.pk]), plan_form(draft, "plan:town_review", lead="2"))
    undecided = {"seen": Route.objects.get(pk=draft.pk).digest, "document_no": " "}
    again = client.post(reverse("route_publish", args=[draft.pk]), undecided)
    assert again.status_code == 422 and 'id="document_no-e"' in again.content.decode()
    assert published().version == 1
    form = {"seen": Route.objects.get(pk=draft.pk).digest, "document_no": "云移〔2026〕10号"}
    assert client.post(reverse("route_publish", args=[draft.pk]), form).status_code == 302
    assert (published().version, published().document_no) == (2, "云移〔2026〕10号")
    assert Case.objects.get(pk=case.pk).route.version == 1


def test_the_dry_run_shows_each_case_under_the_draft_with_the_people_asked(world: World) -> None:
    case = builders.agreement(world, amount="600000.00")
    draft, client = draft_of(world), as_user(world.route_keeper)
    rows = {"fact_0": "amount:at_most:", "figure_0": "500000"}
    client.post(reverse("route_save", args=[draft.pk]), plan_form(draft, "plan:vice_approval", **rows))
    client.post(reverse("route_save", args=[draft.pk]), plan_form(draft, "plan:town_review", lead="9"))
    text = client.get(reverse("route_trial", args=[draft.pk])).content.decode()
    assert case.reference in text and "town_reviewer" in text
    assert text.count('class="tag u"') == 2 and text.count("有改动") == 1  # removed is told above and in its row
    assert case.title not in text  # the keeper sees the case, not the family


def test_running_cases_are_migrated_with_a_line_for_each_and_taken_back(world: World) -> None:
    good, bad = builders.agreement(world), builders.agreement(world)
    for plan in ("draft", "group_opinion"):
        builders.approve(world, bad, plan)
    old = published()
    builders.reroute(world, {"plan:village_opinion": {"role": "town_reviewer"}})
    client = as_user(world.route_keeper)
    page = client.get(reverse("route_cases", args=[old.pk])).content.decode()
    assert good.reference in page and "已有人办理" in page
    answer = client.post(reverse("route_migrate", args=[old.pk]), {"case": [good.pk, bad.pk]}, follow=True)
    text = answer.content.decode()
    assert "已迁移 1 件" in text and f"{bad.reference}: " in text
    assert Case.objects.get(pk=good.pk).route_id == published().pk
    assert Case.objects.get(pk=bad.pk).route_id == old.pk
    url = reverse("route_revert", args=[published().pk, good.pk])
    assert url in client.get(reverse("route_cases", args=[published().pk])).content.decode()
    assert client.post(url).status_code == 302
    assert Case.objects.get(pk=good.pk).route_id == old.pk


def test_files_are_downloaded_and_brought_in(world: World) -> None:
    client = as_user(world.route_keeper)
    file = client.get(reverse("route_file", args=[published().pk, "yaml"]))
    assert "attachment" in file.headers["Content-Disposition"]
    assert b"<bpmn:definitions" in client.get(reverse("route_file", args=[published().pk, "bpmn"])).content
    upload = SimpleUploadedFile("r.yaml", file.content.replace(b"lead: 3\n", b"lead: 4\n", 1))
    answer = client.post(reverse("route_import", args=[published().pk]), {"file": upload})
    made = Route.objects.get(status=Route.DRAFT)
    assert answer.headers["Location"] == reverse("route_check", args=[made.pk])
    assert client.post(reverse("route_import", args=[published().pk]), {}).status_code == 422
    wrong = SimpleUploadedFile("r.yaml", b"stages: 5")
    assert client.post(reverse("route_import", args=[published().pk]), {"file": wrong}).status_code == 422


def test_hostile_names_stay_text(world: World) -> None:
    draft, client = draft_of(world), as_user(world.route_keeper)
    evil = '"><script>alert(1)</script>'
    client.post(reverse("route_save", args=[draft.pk]), plan_form(draft, "plan:town_review", name_zh=evil, source=evil))
    for name in ("route", "route_edit", "route_check", "route_files"):
        text = client.get(reverse(name, args=[draft.pk]), {"at": "plan:town_review"}).content.decode()
        assert "<script>alert" not in text and "&lt;script&gt;alert" in text
