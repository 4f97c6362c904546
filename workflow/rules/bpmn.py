"""A route as BPMN 2.0 XML with its diagram (BPMNDI), for other tools. Pure; checked against the OMG's schema in tests.

Tracks are parallel branches forked where they open and joined where they gate; a group is one user task for each plan,
one after another where its rule says so, else beside each other with the rule as the gateway that joins them. A task
for each holder is a multi-instance one that ends when the rule is met. A condition is the gateway before a task. What
BPMN has no element for (duties, needs, lead times, weights, where a refusal leads) stands in each task's documentation.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from workflow.rules import canonical
from workflow.rules.effects import ALL, IN_ORDER, WEIGHTED
from workflow.rules.route import GroupSpec, PlanSpec, RouteSpec, StageSpec, TrackSpec

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SIZES = {"userTask": (120, 64), "startEvent": (36, 36), "endEvent": (36, 36)}
GATEWAY = (44, 44)
COLUMN, ROW, LEFT, TOP = 170, 96, 60, 80


@dataclass
class Node:
    """One element of the process and its place on the grid."""

    id: str
    tag: str
    name: str
    column: int
    row: int
    plan: PlanSpec | None = None
    documentation: str = ""
    completion: str = ""  # of a task for each holder: when no more of them are needed
    activation: str = ""  # of a complex gateway: when it lets through
    default: str = ""  # the flow taken when no condition holds

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """x, y, width, height."""
        width, height = SIZES.get(self.tag, GATEWAY)
        return LEFT + self.column * COLUMN - width // 2, TOP + self.row * ROW - height // 2, width, height


@dataclass
class Flow:
    """A sequence flow, with its condition where it has one."""

    id: str
    source: Node
    target: Node
    condition: str = ""


@dataclass
class Graph:
    """The process while it is put together."""

    language: str
    drafting: str  # the group a refusal leads to where its own says nothing
    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)

    def add(self, node: Node) -> Node:
        """Keep a node."""
        self.nodes.append(node)
        return node

    def flow(self, source: Node, target: Node, condition: str = "") -> Flow:
        """Join two nodes."""
        made = Flow(f"f_{source.id}_{target.id}", source, target, condition)
        self.flows.append(made)
        return made


def xml(route: RouteSpec, language: str = "zh-hans") -> str:
    """The file's text; the same route always gives the same text."""
    graph = _graph(route, language)
    for prefix, space in (("bpmn", BPMN), ("bpmndi", DI), ("dc", DC), ("di", DD), ("xsi", XSI)):
        ET.register_namespace(prefix, space)
    root = ET.Element(
        f"{{{BPMN}}}definitions",
        {"id": "definitions", "targetNamespace": f"urn:route:{route.kind}", "exporter": "resettlement"},
    )
    process = ET.SubElement(
        root, f"{{{BPMN}}}process", {"id": f"route_{route.mode}", "name": route.mode, "isExecutable": "false"}
    )
    for node in graph.nodes:
        _element(process, node, graph)
    for flow in graph.flows:
        made = ET.SubElement(
            process,
            f"{{{BPMN}}}sequenceFlow",
            {"id": flow.id, "sourceRef": flow.source.id, "targetRef": flow.target.id},
        )
        if flow.condition:
            _expression(made, "conditionExpression", flow.condition)
    _diagram(root, graph, f"route_{route.mode}")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


# --- the process ----------------------------------------------------------------------------------------------------
def _graph(route: RouteSpec, language: str) -> Graph:
    graph = Graph(language, next(iter(route.places)))
    rows = _rows(route)
    here: Node = graph.add(Node("start", "startEvent", "", 0, 0))
    ends: dict[str, Node] = {}  # last node of each track, by stage and track
    for stage in route.stages:
        here = _stage(graph, route, stage, here, ends, rows)
    graph.flow(here, graph.add(Node("end", "endEvent", "", here.column + 1, 0)))
    return graph


def _rows(route: RouteSpec) -> dict[str, int]:
    """A band of rows for every track, so that no two overlap; the first track of a stage runs along the main line."""
    found, free = {}, 1
    for stage in route.stages:
        for track in stage.tracks:
            tall = max((1 if group.rule == IN_ORDER else len(group.plans) for group in track.groups), default=1)
            main = track is stage.tracks[0] and track.opens_in == stage.state and tall == 1
            found[_id(track)] = 0 if main else free
            free += 0 if main else tall
    return found


def _id(track: TrackSpec) -> str:
    return f"{track.stage}_{track.key}"


def _stage(
    graph: Graph, route: RouteSpec, stage: StageSpec, here: Node, ends: dict[str, Node], rows: dict[str, int]
) -> Node:
    opened = [t for s in route.stages for t in s.tracks if t.opens_in == stage.state]
    own = [track for track in opened if track.stage == stage.state]
    if len(opened) > 1 or not own:
        fork = graph.add(Node(f"enter_{stage.state}", "parallelGateway", stage.state, here.column + 1, 0))
        graph.flow(here, fork)
        here = fork
    for track in opened:
        ends[_id(track)] = _track(graph, track, here, rows[_id(track)])
    arriving = [ends[_id(track)] for track in stage.tracks] + ([] if own else [here])
    if len(arriving) == 1:
        return arriving[0]
    column = 1 + max(node.column for node in arriving)
    join = graph.add(Node(f"leave_{stage.state}", "parallelGateway", "", column, 0))
    for node in arriving:
        graph.flow(node, join)
    return join


def _track(graph: Graph, track: TrackSpec, here: Node, row: int) -> Node:
    for group in track.groups:
        here = _group(graph, group, here, row)
    return here


def _group(graph: Graph, group: GroupSpec, here: Node, row: int) -> Node:
    if group.rule == IN_ORDER or (len(group.plans) == 1 and group.plans[0].condition is None):
        for plan in group.plans:
            here = _next(graph, group, plan, here, row)
        return here
    conditional = any(plan.condition for plan in group.plans)
    kind = "parallelGateway" if not conditional else "exclusiveGateway" if len(group.plans) == 1 else "inclusiveGateway"
    split = graph.add(Node(f"open_{group.key}", kind, "", here.column + 1, row))
    graph.flow(here, split)
    tasks = [_task(graph, group, plan, split.column + 1, row + at) for at, plan in enumerate(group.plans)]
    several = group.rule != ALL and len(group.plans) > 1
    join = graph.add(Node(f"pass_{group.key}", "complexGateway" if several else kind, "", split.column + 2, row))
    if several:
        join.activation = _rule(group)
    for plan, task in zip(group.plans, tasks, strict=True):
        graph.flow(split, task, canonical.text(plan.condition) if plan.condition else "true" if conditional else "")
        graph.flow(task, join)
    if conditional:
        split.default = graph.flow(split, join).id
    return join


def _next(graph: Graph, group: GroupSpec, plan: PlanSpec, here: Node, row: int) -> Node:
    """A task behind another, with a way around it where it has a condition."""
    if plan.condition is None:
        task = _task(graph, group, plan, here.column + 1, row)
        graph.flow(here, task)
        return task
    split = graph.add(Node(f"if_{plan.key}", "exclusiveGateway", "", here.column + 1, row))
    graph.flow(here, split)
    task = _task(graph, group, plan, split.column + 1, row)
    join = graph.add(Node(f"after_{plan.key}", "exclusiveGateway", "", split.column + 2, row))
    graph.flow(split, task, canonical.text(plan.condition))
    graph.flow(task, join)
    split.default = graph.flow(split, join).id
    return join


def _task(graph: Graph, group: GroupSpec, plan: PlanSpec, column: int, row: int) -> Node:
    name = plan.names.get(graph.language) or plan.names.get("zh-hans") or plan.key
    completion = _rule(group) if plan.each_holder and group.rule not in (ALL, IN_ORDER) else ""
    told = _documentation(graph, group, plan)
    return graph.add(Node(plan.key, "userTask", name, column, row, plan, told, completion))


def _rule(group: GroupSpec) -> str:
    return f"{group.rule} {group.threshold}" if group.threshold else group.rule


def _documentation(graph: Graph, group: GroupSpec, plan: PlanSpec) -> str:
    lines = [f"duty: {plan.duty}", f"lead: {plan.lead} {plan.lead_unit} days ({plan.lead_source})"]
    if len(group.plans) > 1 or plan.each_holder:
        lines.append(f"group: {group.key}, {_rule(group)}")
    if group.rule == WEIGHTED:
        lines.append(f"weight: {plan.weight}")
    if group.key != graph.drafting:
        lines.append(f"a refusal leads to: {group.on_refuse or graph.drafting}")
    if plan.not_before_days:
        lines.append(f"not before: {plan.not_before_days} days")
    lists: Iterable[tuple[str, tuple[str, ...]]] = (
        ("aspects", plan.aspects), ("needs", plan.needs), ("papers", plan.papers), ("excludes", plan.excludes)
    )  # fmt: skip
    return "\n".join(lines + [f"{name}: {', '.join(values)}" for name, values in lists if values])


# --- its XML ---------------------------------------------------------------------------------------------------------
def _element(process: ET.Element, node: Node, graph: Graph) -> None:
    attributes = {"id": node.id} | ({"name": node.name} if node.name else {})
    if node.default:
        attributes["default"] = node.default
    made = ET.SubElement(process, f"{{{BPMN}}}{node.tag}", attributes)
    if node.documentation:
        ET.SubElement(made, f"{{{BPMN}}}documentation").text = node.documentation
    for tag, mine in (
        ("incoming", [flow.id for flow in graph.flows if flow.target is node]),
        ("outgoing", [flow.id for flow in graph.flows if flow.source is node]),
    ):
        for flow_id in mine:
            ET.SubElement(made, f"{{{BPMN}}}{tag}").text = flow_id
    if node.activation:
        _expression(made, "activationCondition", node.activation)
    if node.plan:
        owner = ET.SubElement(made, f"{{{BPMN}}}potentialOwner")
        assignment = ET.SubElement(owner, f"{{{BPMN}}}resourceAssignmentExpression")
        ET.SubElement(assignment, f"{{{BPMN}}}formalExpression").text = f"{node.plan.role}@{node.plan.resolver}"
        if node.plan.each_holder:
            each = ET.SubElement(made, f"{{{BPMN}}}multiInstanceLoopCharacteristics", {"isSequential": "false"})
            if node.completion:
                _expression(each, "completionCondition", node.completion)


def _expression(parent: ET.Element, tag: str, text: str) -> None:
    made = ET.SubElement(parent, f"{{{BPMN}}}{tag}", {f"{{{XSI}}}type": "bpmn:tFormalExpression"})
    made.text = text


# --- its diagram -----------------------------------------------------------------------------------------------------
def _diagram(root: ET.Element, graph: Graph, process: str) -> None:
    diagram = ET.SubElement(root, f"{{{DI}}}BPMNDiagram", {"id": "diagram"})
    plane = ET.SubElement(diagram, f"{{{DI}}}BPMNPlane", {"id": "plane", "bpmnElement": process})
    for node in graph.nodes:
        shape = ET.SubElement(plane, f"{{{DI}}}BPMNShape", {"id": f"shape_{node.id}", "bpmnElement": node.id})
        x, y, width, height = (str(value) for value in node.bounds)
        ET.SubElement(shape, f"{{{DC}}}Bounds", {"x": x, "y": y, "width": width, "height": height})
    for flow in graph.flows:
        edge = ET.SubElement(plane, f"{{{DI}}}BPMNEdge", {"id": f"edge_{flow.id}", "bpmnElement": flow.id})
        for x_at, y_at in _waypoints(flow):
            ET.SubElement(edge, f"{{{DD}}}waypoint", {"x": str(x_at), "y": str(y_at)})


def _waypoints(flow: Flow) -> list[tuple[int, int]]:
    """From the right edge of one node to the left edge of the next, in straight lines; past a row of tasks below it."""
    x1, y1, w1, h1 = flow.source.bounds
    x2, y2, _w2, h2 = flow.target.bounds
    start, end = (x1 + w1, y1 + h1 // 2), (x2, y2 + h2 // 2)
    if flow.source.default == flow.id:  # around the tasks that do not apply
        over = min(y1, y2) - 22
        return [(x1 + w1 // 2, y1), (x1 + w1 // 2, over), (x2 + _w2 // 2, over), (x2 + _w2 // 2, y2)]
    if start[1] == end[1]:
        return [start, end]
    bend = start[0] + 18 if end[1] > start[1] else end[0] - 18
    return [start, (bend, start[1]), (bend, end[1]), end]
