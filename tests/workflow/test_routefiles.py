"""Routes as files: YAML that comes back the same and diffs well; BPMN 2.0 fit for the schema and another tool."""

import difflib
from pathlib import Path
from typing import Any

import pytest
import SpiffWorkflow
from django.core.management import call_command
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, BpmnValidator

from tests import builders
from tests.builders import World
from workflow import errors, routefiles
from workflow.commands import routes
from workflow.models import Route
from workflow.models.plan import build
from workflow.rules import bpmn, routedoc

SCHEMA = Path(SpiffWorkflow.__file__).parent / "bpmn" / "parser" / "schema" / "BPMN20.xsd"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "routes"
KIND = "agreements.Agreement"
EVERYTHING: dict[str, dict[str, Any]] = {
    "plan:town_review": {
        "each_holder": True,
        "excludes": ["collect"],
        "not_before": 3,
        "condition": {"all": [{"fact": "amount", "at_least": 500000}, {"not": {"fact": "crosses_county", "is": True}}]},
    },
    "group:village_review": {"rule": "weighted", "threshold": 3},
    "plan:group_opinion": {"weight": 2, "condition": {"fact": "persons", "at_least": 3}},
    "group:confirmation": {"rule": "k_of_n", "threshold": 2},
    "stage:final_check": {"after_storage": True},
}


ONE_AFTER_ANOTHER: dict[str, dict[str, Any]] = {
    "group:village_review": {"rule": "in_order"},
    "group:group_approval": {"rule": "in_order", "on_refuse": "town_review"},
    "plan:vice_approval": {"condition": {"fact": "amount", "at_least": 500000}},
    "group:town_review": {"rule": "k_of_n", "threshold": 2, "on_refuse": "village_review"},
    "plan:town_review": {"each_holder": True},
}


def published(mode: str = "agri_dispersed") -> Route:
    return Route.objects.get(mode=mode, status=Route.PUBLISHED)


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The OMG's BPMN20.xsd with the schemas it includes, as SpiffWorkflow ships them."""
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


@pytest.mark.parametrize("changes", [{}, EVERYTHING])
def test_a_file_comes_back_as_the_route_it_was_made_of(world: World, changes: dict[str, dict[str, Any]]) -> None:
    route = builders.reroute(world, changes | {"plan:draft": {"lead": 6}})
    text = routefiles.to_yaml(route)
    back = routefiles.from_yaml(text.encode(), KIND)
    assert routedoc.spec_of(back, kind=KIND, mode=route.mode, route_id=route.pk, version=route.version) == build(route)
    draft = routes.bring_in(route.pk, back, actor=world.route_keeper, now=world.now)
    assert routefiles.to_yaml(draft) == text


def test_policies_of_the_route_travel_with_the_file(world: World) -> None:
    document = builders.policy() | {"policies": {"repeats": "carry"}, "modes": ["agri_dispersed"]}
    route = builders.route_policies.install(document, world.units[builders.COUNTY], now=world.now)[0]
    assert build(route).repeats == "carry"
    assert routefiles.from_yaml(routefiles.to_yaml(route).encode(), KIND)["policies"] == {"repeats": "carry"}


def test_one_changed_lead_is_one_changed_line(world: World) -> None:
    before = routefiles.to_yaml(published())
    after = routefiles.to_yaml(builders.reroute(world, {"plan:town_review": {"lead": 9}}))
    changed = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
    assert [line.split() for line in changed] == [["-", "lead:", "3"], ["+", "lead:", "9"]]
    assert "镇移民办审核" in after
    assert max(len(line) for line in after.splitlines()) < 140


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"stages: 5",
        b"stages: [1]",
        b"stages: []",
        b"kind: other.Kind\nstages: []",
        b"\xff\xfe\x00",
        b"a: &a [1]\nb: [*a, *a]",
        b"!!python/object/apply:os.system ['true']",
        b"stages:\n  - {state: draft, tracks: [{key: a, groups: [{key: b}]}]}",
        b"x" * (routefiles.MOST_BYTES + 1),
        b"[" * 5000,
    ],
)
def test_a_file_that_is_no_route_is_refused(raw: bytes) -> None:
    with pytest.raises(errors.InvalidInput):
        routefiles.from_yaml(raw, KIND)


def test_bringing_in_never_overwrites_a_draft_under_way(world: World) -> None:
    draft = routes.draft(published().pk, actor=world.route_keeper, now=world.now)
    with pytest.raises(errors.DraftUnderWay):
        routes.bring_in(published().pk, builders.policy(), actor=world.route_keeper, now=world.now)
    draft.refresh_from_db()
    assert draft.based_on_id == published().pk


@pytest.mark.parametrize("changes", [{}, EVERYTHING, ONE_AFTER_ANOTHER])
def test_the_bpmn_fits_the_schema_and_another_engine_reads_it(
    changes: dict[str, dict[str, Any]], schema: etree.XMLSchema
) -> None:
    spec = routedoc.spec_of(routedoc.tidy(builders.policy(changes)), kind=KIND, mode="agri_dispersed")
    text = bpmn.xml(spec).encode()
    schema.assertValid(etree.fromstring(text))
    parser = BpmnParser(validator=BpmnValidator())
    parser.add_bpmn_str(text)
    assert list(parser.process_parsers) == ["route_agri_dispersed"]
    root = etree.fromstring(text)
    tasks = {task.get("id") for task in root.iter(f"{{{bpmn.BPMN}}}userTask")}
    assert tasks == set(spec.plans)


def graph_of(changes: dict[str, dict[str, Any]]) -> bpmn.Graph:
    return bpmn._graph(routedoc.spec_of(routedoc.tidy(builders.policy(changes)), kind=KIND, mode="m"), "zh-hans")


def after_each(graph: bpmn.Graph) -> dict[str, set[str]]:
    after: dict[str, set[str]] = {node.id: set() for node in graph.nodes}
    for flow in graph.flows:
        after[flow.source.id].add(flow.target.id)
    return after


@pytest.mark.parametrize("changes", [EVERYTHING, ONE_AFTER_ANOTHER])
def test_everything_in_the_bpmn_is_drawn_and_nothing_lies_upon_another(changes: dict[str, dict[str, Any]]) -> None:
    graph = graph_of(changes)
    boxes = [node.bounds for node in graph.nodes]
    for index, (x, y, width, height) in enumerate(boxes):
        for x2, y2, width2, height2 in boxes[index + 1 :]:
            assert x + width <= x2 or x2 + width2 <= x or y + height <= y2 or y2 + height2 <= y
    root = etree.fromstring(bpmn.xml(routedoc.spec_of(builders.policy(), kind=KIND, mode="m")).encode())
    drawn = {shape.get("bpmnElement") for shape in root.iter(f"{{{bpmn.DI}}}BPMNShape", f"{{{bpmn.DI}}}BPMNEdge")}
    process = root.find(f"{{{bpmn.BPMN}}}process")
    assert process is not None
    assert drawn == {child.get("id") for child in process}


@pytest.mark.parametrize("changes", [EVERYTHING, ONE_AFTER_ANOTHER])
def test_every_way_through_the_bpmn_leads_from_the_start_to_the_end(changes: dict[str, dict[str, Any]]) -> None:
    after = after_each(graph_of(changes))
    reached, left = {"start"}, ["start"]
    while left:
        for target in after[left.pop()] - reached:
            reached.add(target)
            left.append(target)
    assert reached == set(after)
    assert [node for node, targets in after.items() if not targets] == ["end"]


def test_one_after_another_is_drawn_one_after_another_with_a_way_around_what_may_not_apply() -> None:
    graph = graph_of(ONE_AFTER_ANOTHER)
    after = after_each(graph)
    assert after["group_opinion"] == {"village_opinion"}
    assert after["town_review"] == {"if_vice_approval"}
    assert after["if_vice_approval"] == {"vice_approval", "after_vice_approval"}
    assert after["vice_approval"] == {"after_vice_approval"}
    assert after["after_vice_approval"] == {"chair_approval"}
    conditions = {flow.target.id: flow.condition for flow in graph.flows if flow.source.id == "if_vice_approval"}
    assert "500000" in conditions["vice_approval"] and conditions["after_vice_approval"] == ""
    assert not {"open_village_review", "pass_village_review"} & set(after)


def documentation(changes: dict[str, dict[str, Any]], key: str) -> list[str]:
    found = next(node for node in graph_of(changes).nodes if node.id == key)
    return found.documentation.splitlines()


def test_some_of_one_plans_holders_are_a_condition_of_completion() -> None:
    spec = routedoc.spec_of(routedoc.tidy(builders.policy(ONE_AFTER_ANOTHER)), kind=KIND, mode="m")
    root = etree.fromstring(bpmn.xml(spec).encode())
    (loop,) = root.iter(f"{{{bpmn.BPMN}}}multiInstanceLoopCharacteristics")
    assert loop.getparent().get("id") == "town_review"
    assert [(child.tag, child.text) for child in loop] == [(f"{{{bpmn.BPMN}}}completionCondition", "k_of_n 2")]
    every = graph_of({"plan:town_review": {"each_holder": True}})
    assert next(node for node in every.nodes if node.id == "town_review").completion == ""


def test_weights_and_where_a_refusal_leads_are_documented() -> None:
    assert "weight: 2" in documentation(EVERYTHING, "group_opinion")
    assert "group: village_review, weighted 3" in documentation(EVERYTHING, "group_opinion")
    assert "a refusal leads to: village_review" in documentation(ONE_AFTER_ANOTHER, "town_review")
    assert "a refusal leads to: draft" in documentation(ONE_AFTER_ANOTHER, "group_opinion")
    assert "not before: 3 days" in documentation(EVERYTHING, "town_review")
    assert not [line for line in documentation({}, "draft") if "refusal" in line]


def test_the_files_in_docs_are_those_the_command_writes(world: World, tmp_path: Path, schema: etree.XMLSchema) -> None:
    call_command("export_route", "agri_dispersed", tmp_path, verbosity=0)
    for name in ("agri_dispersed.yaml", "agri_dispersed.bpmn"):
        assert (DOCS / name).read_text(encoding="utf-8") == (tmp_path / name).read_text(encoding="utf-8")
    schema.assertValid(etree.parse(str(DOCS / "agri_dispersed.bpmn")))
