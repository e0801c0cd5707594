"""Operators that break a model as a tree: each is deterministic from its random source."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Final, TypeAlias

from lxml import etree

from cjbpmn.names import BPMN, BPMNDI, CJ, DC, DI, local_name, namespace
from fuzzing import words

Node: TypeAlias = etree._Element
Operator: TypeAlias = Callable[[Random, Node], None]

_FLOWS: Final = ("sequenceFlow", "messageFlow", "association")
_RECORD_PARTS: Final = (
    None,
    "",
    "dc:Bounds",
    "dc:Bounds[0]",
    "dc:Bounds[x]",
    "dc:Bounds[-1]",
    "no:such",
    "Bounds",
    "di:waypoint[99999999999]",
    "dc:Bounds/dc:Bounds",
    "a:b:c",
    "//",
)
_RECORD_ATTRIBUTES: Final = (
    "name",
    "id",
    "x",
    "",
    " ",
    "no:such",
    "a:b:c",
    "cj:emotion",
    "bpmn:name",
    "1",
    "a b",
    "{u}v",
    "xmlns",
)
_OURS: Final = (
    "journey",
    "customerActivity",
    "touchpoint",
    "evidence",
    "emotion",
    "persona",
    "phase",
    "customer",
    "observation",
    "norm",
    "step",
    "enrichment",
    "newInTwoYears",
)
_OUR_ATTRIBUTES: Final = (
    "order",
    "n",
    "value",
    "importance",
    "met",
    "activity",
    "direction",
    "channel",
    "refs",
    "phase",
    "customers",
    "waits",
    "impact",
    "emotion",
    "name",
    "id",
    "unheardOf",
)


def bpmn(name: str) -> str:
    return f"{{{BPMN}}}{name}"


def elements(root: Node, *names: str) -> list[Node]:
    """All elements but the root, or those of one of the local names."""
    found = [one for one in root.iter(etree.Element) if one is not root]
    return [one for one in found if not names or local_name(one.tag) in names]


def pick(rng: Random, root: Node, *names: str) -> Node | None:
    found = elements(root, *names)
    return rng.choice(found) if found else None


def pick_named(rng: Random, root: Node) -> Node | None:
    """An element with an id: those are what most code looks at."""
    found = [one for one in elements(root) if one.get("id") is not None]
    return rng.choice(found) if found else None


def any_id(rng: Random, root: Node) -> str:
    one = pick_named(rng, root)
    return "nowhere" if one is None else one.get("id", "")


def make(tag: str, text: str | None = None, /, **attributes: str) -> Node:
    made = etree.Element(bpmn(tag), attributes)
    made.text = text
    return made


def fresh(rng: Random, stem: str) -> str:
    return f"{stem}_{rng.randrange(10**9)}"


def is_inside(one: Node, other: Node) -> bool:
    return one is other or any(parent is other for parent in one.iterancestors())


def take_out(one: Node) -> None:
    parent = one.getparent()
    if parent is not None:
        parent.remove(one)


def put(rng: Random, parent: Node, child: Node) -> None:
    parent.insert(rng.randrange(len(parent) + 1), child)


# Elements that go, come, or stand elsewhere.


def drop(rng: Random, root: Node) -> None:
    one = rng.choice((pick, pick_named))(rng, root)
    if one is not None:
        take_out(one)


def unwrap(rng: Random, root: Node) -> None:
    one = pick(rng, root)
    parent = None if one is None else one.getparent()
    if one is None or parent is None:
        return
    place = parent.index(one)
    for child in reversed(one):
        parent.insert(place, child)
    parent.remove(one)


def duplicate(rng: Random, root: Node) -> None:
    one = rng.choice((pick, pick_named))(rng, root)
    if one is not None:
        for _ in range(rng.choice((1, 1, 3))):
            one.addnext(deepcopy(one))


def move(rng: Random, root: Node) -> None:
    one, parent = pick(rng, root), rng.choice((pick, pick_named))(rng, root)
    if one is not None and parent is not None and not is_inside(parent, one):
        put(rng, parent, one)


def swap(rng: Random, root: Node) -> None:
    one, other = pick_named(rng, root), pick_named(rng, root)
    if one is None or other is None or is_inside(one, other) or is_inside(other, one):
        return
    marker = etree.Element("marker")
    for old, new in ((one, marker), (other, one), (marker, other)):
        parent = old.getparent()
        if parent is not None:
            parent.replace(old, new)


def shuffle(rng: Random, root: Node) -> None:
    one = rng.choice([root, *(parent for parent in elements(root) if len(parent) > 1)])
    inside = list(one)
    rng.shuffle(inside)
    one.extend(inside)


def empty(rng: Random, root: Node) -> None:
    one = pick(rng, root)
    if one is not None:
        del one[:]
        one.text = rng.choice((None, "", " ", "\n", "text"))


# References and ids.


def references(root: Node) -> list[tuple[Node, str | None]]:
    """Every attribute or text that names an id; None stands for the text."""
    found: list[tuple[Node, str | None]] = []
    for one in root.iter(etree.Element):
        found += [(one, str(n)) for n in one.attrib if str(n).endswith("Ref") or n == "bpmnElement"]
        if local_name(one.tag).endswith("Ref") or local_name(one.tag) in {"incoming", "outgoing"}:
            found.append((one, None))
    return found


def read_reference(place: tuple[Node, str | None]) -> str:
    one, name = place
    return (one.text if name is None else one.get(name)) or ""


def write_reference(place: tuple[Node, str | None], value: str) -> None:
    one, name = place
    if name is None:
        one.text = value
    else:
        one.set(name, value)


def dangle(rng: Random, root: Node) -> None:
    found = references(root)
    if found:
        write_reference(rng.choice(found), rng.choice(words.REFERENCES))


def redirect(rng: Random, root: Node) -> None:
    """Let a reference name something else, of whatever kind."""
    found = references(root)
    for _ in range(rng.choice((1, 1, 5)) if found else 0):
        write_reference(rng.choice(found), any_id(rng, root))


def swap_references(rng: Random, root: Node) -> None:
    found = references(root)
    if found:
        one, other = rng.choice(found), rng.choice(found)
        first, second = read_reference(one), read_reference(other)
        write_reference(one, second)
        write_reference(other, first)


def refer_to_itself(rng: Random, root: Node) -> None:
    found = references(root)
    if found:
        place = rng.choice(found)
        holders = [place[0], *place[0].iterancestors()]
        named = [one.get("id", "") for one in holders if one.get("id")]
        write_reference(place, rng.choice(named or [""]))


def spell_reference(rng: Random, root: Node) -> None:
    """Write a reference as a QName, or with blanks around it."""
    found = references(root)
    if found:
        place = rng.choice(found)
        shape = rng.choice(("{}:{}", " {1} ", "\n{1}\t", "tns:{1}", "{1}:", ":{1}"))
        write_reference(place, shape.format(rng.choice(("bpmn", "x", "")), read_reference(place)))


def repeat_id(rng: Random, root: Node) -> None:
    one = pick(rng, root)
    if one is not None:
        one.set("id", any_id(rng, root))


def drop_id(rng: Random, root: Node) -> None:
    for _ in range(rng.choice((1, 1, 10))):
        one = pick_named(rng, root)
        if one is not None:
            del one.attrib["id"]


def drop_ids_of_a_kind(rng: Random, root: Node) -> None:
    kind = rng.choice(("process", "participant", "lane", "BPMNPlane", "task", "collaboration"))
    for one in elements(root, kind):
        one.attrib.pop("id", None)


def rename_id(rng: Random, root: Node) -> None:
    """Give an odd id, to the references also or not."""
    one = pick_named(rng, root)
    if one is None:
        return
    old, new = one.get("id", ""), rng.choice(words.IDS)
    one.set("id", new)
    if rng.random() < 0.7:
        for place in references(root):
            if read_reference(place) == old:
                write_reference(place, new)


# What BPMN says, broken.


def repeat_lane_reference(rng: Random, root: Node) -> None:
    one, lane = pick(rng, root, "flowNodeRef"), pick(rng, root, "lane")
    if lane is not None:
        text = any_id(rng, root) if one is None else one.text
        put(rng, lane, make("flowNodeRef", text))


def nest_lanes(rng: Random, root: Node) -> None:
    lane, other = pick(rng, root, "lane"), pick(rng, root, "lane")
    if lane is None or other is None:
        return
    inner = make("childLaneSet", id=fresh(rng, "inner"))
    inner.append(deepcopy(other))
    if rng.random() < 0.5:
        inner[0].set("id", fresh(rng, "lane"))
    lane.append(inner)


def add_lanes(rng: Random, root: Node) -> None:
    process = pick(rng, root, "process", "subProcess")
    if process is None:
        return
    lanes = make("laneSet", id=fresh(rng, "lanes"))
    for name in ("Customer", "Shop", rng.choice(words.NAMES))[: rng.randint(0, 3)]:
        lane = make("lane", id=fresh(rng, "lane"), name=name)
        nodes = [one for one in process if local_name(one.tag) in words.NODES]
        for node in rng.sample(nodes, min(len(nodes), 3)):
            lane.append(make("flowNodeRef", node.get("id")))
        lanes.append(lane)
    put(rng, process, lanes)


def nest_sub_process(rng: Random, root: Node) -> None:
    one = pick(rng, root, *words.NODES, "process")
    parent = None if one is None else one.getparent()
    if one is None or parent is None:
        return
    kind = rng.choice(("subProcess", "transaction", "adHocSubProcess", "task", "callActivity"))
    made = make(kind, id=fresh(rng, "nest"), triggeredByEvent=rng.choice(("true", "false")))
    parent.replace(one, made)
    made.append(one)


def attach(rng: Random, root: Node) -> None:
    """Attach a boundary event to something: itself, a gateway, another pool's task."""
    process = pick(rng, root, "process", "subProcess")
    if process is None:
        return
    own = fresh(rng, "boundary")
    host = rng.choice((own, any_id(rng, root), any_id(rng, root), ""))
    event = make("boundaryEvent", id=own, attachedToRef=host)
    event.set("cancelActivity", rng.choice(("true", "false", "maybe")))
    event.append(make(rng.choice(words.DEFINITIONS)))
    process.append(event)
    flow = make("sequenceFlow", id=fresh(rng, "flow"), sourceRef=own, targetRef=any_id(rng, root))
    process.append(flow)


def add_flow(rng: Random, root: Node) -> None:
    """Join two things that may stand in different pools, or in each other."""
    kind = rng.choice(_FLOWS)
    holder = pick(rng, root, "collaboration" if kind == "messageFlow" else "process", "subProcess")
    nodes = elements(root, *words.NODES, "participant", "lane")
    if holder is None or not nodes:
        return
    for _ in range(rng.choice((1, 2, 6))):
        ends = [rng.choice(nodes).get("id", "") for _ in range(2)]
        made = make(kind, id=fresh(rng, "joined"), sourceRef=ends[0], targetRef=ends[-1])
        holder.append(made)


def add_pool(rng: Random, root: Node) -> None:
    collaboration = pick(rng, root, "collaboration")
    if collaboration is None:
        collaboration = make("collaboration", id=fresh(rng, "collaboration"))
        root.insert(0, collaboration)
    pool = make("participant", id=fresh(rng, "pool"), name=rng.choice(words.NAMES))
    kind = rng.choice(("process", "task", "participant", ""))
    target = pick(rng, root, kind) if kind else None
    if target is not None:
        pool.set("processRef", target.get("id", ""))
    put(rng, collaboration, pool)
    flow = make("messageFlow", id=fresh(rng, "message"), sourceRef=pool.get("id", ""))
    flow.set("targetRef", any_id(rng, root))
    collaboration.append(flow)


def drop_kind(rng: Random, root: Node) -> None:
    """Remove all of one kind: all participants, all processes, all planes."""
    kinds = ("process", "participant", "collaboration", "lane", "laneSet", "sequenceFlow")
    kinds += ("BPMNDiagram", "BPMNPlane", "Bounds", "waypoint", "startEvent", "endEvent")
    for one in elements(root, rng.choice(kinds)):
        take_out(one)


def several_processes(rng: Random, root: Node) -> None:
    process = pick(rng, root, "process", "collaboration")
    if process is None:
        return
    copy = deepcopy(process)
    if rng.random() < 0.5:
        for one in copy.iter(etree.Element):
            if one.get("id"):
                one.set("id", f"copy_{one.get('id')}")
    put(rng, root, copy)


def retype(rng: Random, root: Node) -> None:
    one = rng.choice((pick, pick_named))(rng, root)
    if one is not None:
        one.tag = bpmn(rng.choice(words.KINDS))


def renamespace(rng: Random, root: Node) -> None:
    uris = (
        "",
        CJ,
        BPMN,
        BPMNDI,
        DC,
        DI,
        "urn:x",
        "http://schema.omg.org/spec/BPMN/2.0",
        "not a uri",
    )
    uri, one = rng.choice(uris), pick(rng, root)
    everything = rng.random() < 0.2
    if one is None:
        return
    for each in one.iter(etree.Element) if everything else (one,):
        name = local_name(each.tag)
        each.tag = f"{{{uri}}}{name}" if uri else name


def time_events(rng: Random, root: Node) -> None:
    event = pick(rng, root, "timerEventDefinition", "startEvent", "intermediateCatchEvent", "task")
    if event is None:
        return
    if local_name(event.tag) != "timerEventDefinition":
        timer = make("timerEventDefinition")
        event.append(timer)
        event = timer
    kind = rng.choice(("timeDuration", "timeDate", "timeCycle"))
    event.append(make(kind, rng.choice(words.TIMES)))


def loop(rng: Random, root: Node) -> None:
    task = pick(rng, root, *words.NODES)
    if task is None:
        return
    if rng.random() < 0.5:
        made = make("standardLoopCharacteristics", loopMaximum=rng.choice(words.VALUES))
    else:
        made = make("multiInstanceLoopCharacteristics", isSequential=rng.choice(("true", "")))
        made.append(make("loopCardinality", rng.choice((*words.VALUES, "3", "20"))))
    task.append(made)


def define_event(rng: Random, root: Node) -> None:
    event = pick(rng, root, *words.NODES)
    if event is not None:
        for _ in range(rng.choice((1, 1, 3))):
            event.append(make(rng.choice(words.DEFINITIONS)))


def nest_deep(rng: Random, root: Node) -> None:
    one = rng.choice([root, *elements(root, "process", "subProcess", "lane", "extensionElements")])
    kind = rng.choice(("subProcess", "subProcess", "childLaneSet", "extensionElements", "journey"))
    for _ in range(rng.choice((5, 60, 200, 245, 300, 1000))):
        made = make(kind, id=fresh(rng, "deep"))
        one.append(made)
        one = made
        if kind == "childLaneSet":
            one = make("lane", id=fresh(rng, "lane"))
            made.append(one)


# Names, values, text, and what stands between elements.


def rename(rng: Random, root: Node) -> None:
    for _ in range(rng.choice((1, 1, 8))):
        one = pick_named(rng, root)
        if one is not None:
            one.set("name", rng.choice(words.NAMES))


def same_names(rng: Random, root: Node) -> None:
    name = rng.choice(("Customer", "", "Same"))
    for one in elements(root, *rng.choice((("participant",), ("lane",), words.NODES))):
        one.set("name", name)


def drop_attribute(rng: Random, root: Node) -> None:
    one = rng.choice([root, *elements(root)])
    if one.attrib:
        del one.attrib[rng.choice(list(one.attrib))]


def odd_attribute(rng: Random, root: Node) -> None:
    one = pick(rng, root)
    if one is not None and one.attrib:
        one.set(rng.choice(list(one.attrib)), rng.choice(words.VALUES))


def add_attribute(rng: Random, root: Node) -> None:
    names = (
        "name",
        "triggeredByEvent",
        "isForCompensation",
        "default",
        "unheardOf",
        "{urn:x}y",
        "{http://www.w3.org/XML/1998/namespace}space",
        "{http://www.w3.org/XML/1998/namespace}id",
        "{http://www.w3.org/2001/XMLSchema-instance}type",
        f"{{{BPMN}}}name",
        f"{{{BPMN}}}id",
    )
    one = rng.choice([root, *elements(root)])
    one.set(rng.choice(names), rng.choice(("true", "preserve", any_id(rng, root), "a:b", "")))


def add_text(rng: Random, root: Node) -> None:
    one = rng.choice([root, *elements(root)])
    text = rng.choice(("stray", " ", "\u00a0", "\n\n\n", "]]>", "&<>", "\r", "\u2028"))
    if one is root or rng.random() < 0.5:
        one.text = (one.text or "") + text
    else:
        one.tail = text + (one.tail or "")


def add_opaque(rng: Random, root: Node) -> None:
    for _ in range(rng.choice((1, 1, 4))):
        one = rng.choice([root, *elements(root)])
        comment = etree.Comment(
            rng.choice((" note ", "", "<task id='x'/>", '"', "'", " <!", "a>b"))
        )
        instruction = etree.ProcessingInstruction(
            rng.choice(("pi", "xml-stylesheet", "php")), rng.choice(("", "<x", 'a="b"', ">", "'"))
        )
        made = rng.choice((comment, instruction))
        if one is root or rng.random() < 0.6:
            put(rng, one, made)
        else:
            one.addnext(made)


# The drawing.


def odd_coordinate(rng: Random, root: Node) -> None:
    found = elements(root, "Bounds", "waypoint")
    for _ in range(rng.choice((1, 1, 5)) if found else 0):
        one = rng.choice(found)
        one.set(rng.choice(("x", "y", "width", "height")), rng.choice(words.NUMBERS))


def odd_coordinates(rng: Random, root: Node) -> None:
    value, name = rng.choice(words.NUMBERS), rng.choice(("x", "y", "width", "height"))
    for one in elements(root, "Bounds", "waypoint"):
        one.set(name, value)


def drop_drawing(rng: Random, root: Node) -> None:
    kinds = ("Bounds", "waypoint", "BPMNLabel", "BPMNShape", "BPMNEdge", "BPMNPlane", "BPMNDiagram")
    one = pick(rng, root, rng.choice(kinds))
    if one is not None:
        take_out(one)


def add_plane(rng: Random, root: Node) -> None:
    diagram = pick(rng, root, "BPMNDiagram")
    if diagram is None:
        return
    copy = deepcopy(diagram)
    for plane in elements(copy, "BPMNPlane"):
        plane.set("bpmnElement", rng.choice(("nowhere", "", any_id(rng, root))))
        if rng.random() < 0.3:
            plane.attrib.pop("id", None)
        if rng.random() < 0.3:
            copy.append(deepcopy(plane))
    put(rng, root, copy)


def redraw(rng: Random, root: Node) -> None:
    """Let a shape, an edge or a plane stand for something else, or for nothing."""
    one = pick(rng, root, "BPMNShape", "BPMNEdge", "BPMNPlane")
    if one is None:
        return
    if rng.random() < 0.2:
        one.attrib.pop("bpmnElement", None)
    else:
        one.set("bpmnElement", rng.choice(("nowhere", any_id(rng, root), any_id(rng, root))))


# What looks like ours.


def plant_ours(rng: Random, root: Node) -> None:
    for _ in range(rng.choice((1, 2, 6))):
        host = rng.choice([root, *elements(root)])
        if rng.random() < 0.7 and namespace(host.tag) == BPMN:
            host = extensions_of(rng, host)
        made = etree.SubElement(host, f"{{{CJ}}}{rng.choice(_OURS)}")
        for name in rng.sample(_OUR_ATTRIBUTES, rng.randint(0, 4)):
            made.set(name, rng.choice((*words.VALUES, *words.NUMBERS, any_id(rng, root))))
        if rng.random() < 0.3:
            made.append(etree.Element(f"{{{CJ}}}{rng.choice(_OURS)}"))
        if rng.random() < 0.3:
            made.text = rng.choice(words.VALUES)


def extensions_of(rng: Random, host: Node) -> Node:
    found = host.find(bpmn("extensionElements"))
    if found is None or rng.random() < 0.1:
        found = make("extensionElements")
        host.insert(0, found)
    return found


def empty_extensions(rng: Random, root: Node) -> None:
    """Leave a holder of extensions empty in one of many ways, at a host with an id or without."""
    host = pick(rng, root, *words.NODES, "process", "sequenceFlow", "messageFlow", "lane")
    if host is not None:
        found = extensions_of(rng, host)
        del found[:]
        found.text = rng.choice((None, "", " ", "\n", "stray"))
        if rng.random() < 0.3:
            host.insert(0, deepcopy(found))


def plant_attribute(rng: Random, root: Node) -> None:
    one = rng.choice([root, *elements(root)])
    name = rng.choice(("emotion", "channel", "unheardOf"))
    one.set(f"{{{CJ}}}{name}", rng.choice(words.VALUES))


def plant_record(rng: Random, root: Node) -> None:
    """Plant a record of an enrichment that never was; it names what is not ours."""
    host = pick(rng, root, "process", "task", "participant") if rng.random() < 0.9 else root
    if host is None:
        return
    record = etree.SubElement(extensions_of(rng, host), f"{{{CJ}}}enrichment")
    some = [any_id(rng, root) for _ in range(3)]
    for name, values in (
        ("declares", ("bpmn", "bpmndi", "cj", "x", "", "dc di", "xml", "xmlns", *root.nsmap)),
        ("opened", (some[0], " ".join(some), "", "None")),
        ("kept", (f"{some[0]}/extensionElements", "x", "")),
    ):
        if rng.random() < 0.5:
            record.set(name, rng.choice(values) or "")
    for _ in range(rng.randint(0, 3)):
        record.append(planted_change(rng, some))
    if rng.random() < 0.5:
        added = etree.SubElement(record, f"{{{CJ}}}added")
        ids = ("", some[1], " ".join(some), root.get("id", ""), "nowhere", "\u009b")
        added.text = rng.choice(ids)


def planted_change(rng: Random, some: list[str]) -> Node:
    made = etree.Element(f"{{{CJ}}}changed")
    for name, values in (
        ("of", (some[0], "", "nowhere")),
        ("part", _RECORD_PARTS),
        ("attribute", _RECORD_ATTRIBUTES),
        ("was", (None, *words.VALUES)),
    ):
        value = rng.choice(values)
        if value is not None and rng.random() < 0.9:
            made.set(name, value)
    return made


OPERATORS: Final[dict[str, Operator]] = {
    function.__name__: function
    for function in (
        *(drop, unwrap, duplicate, move, swap, shuffle, empty, drop_kind),
        *(dangle, redirect, swap_references, refer_to_itself, spell_reference),
        *(repeat_id, drop_id, drop_ids_of_a_kind, rename_id),
        *(repeat_lane_reference, nest_lanes, add_lanes, nest_sub_process, attach, add_flow),
        *(add_pool, several_processes, retype, renamespace, time_events, loop, define_event),
        *(nest_deep, rename, same_names, drop_attribute, odd_attribute, add_attribute),
        *(add_text, add_opaque, odd_coordinate, odd_coordinates, drop_drawing, add_plane, redraw),
        *(plant_ours, empty_extensions, plant_attribute, plant_record),
    )
}
