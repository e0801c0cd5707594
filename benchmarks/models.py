"""Generated models of any size, with a diagram."""

from __future__ import annotations


def chain(tasks: int) -> bytes:
    """Write a process of tasks in a row, in a pool with two lanes, drawn in full.

    Parameters
    ----------
    tasks : int
        How many.

    Returns
    -------
    bytes
        A BPMN file.
    """
    nodes = "".join(
        f'    <bpmn:userTask id="Task_{i}" name="Check item {i}">\n'
        f"      <bpmn:incoming>Flow_{i}</bpmn:incoming>\n"
        f"      <bpmn:outgoing>Flow_{i + 1}</bpmn:outgoing>\n"
        f"    </bpmn:userTask>\n"
        for i in range(tasks)
    )
    flows = "".join(
        f'    <bpmn:sequenceFlow id="Flow_{i}" sourceRef="Task_{i - 1}" targetRef="Task_{i}" />\n'
        for i in range(1, tasks)
    )
    members = [
        "".join(
            f"        <bpmn:flowNodeRef>Task_{i}</bpmn:flowNodeRef>\n" for i in range(k, tasks, 2)
        )
        for k in (0, 1)
    ]
    lanes = "".join(
        f'      <bpmn:lane id="Lane_{k}" name="Desk {k}">\n{members[k]}      </bpmn:lane>\n'
        for k in (0, 1)
    )
    shapes = "".join(
        f'      <bpmndi:BPMNShape id="Task_{i}_di" bpmnElement="Task_{i}">\n'
        f'        <dc:Bounds x="{200 + 150 * i}" y="{100 + 120 * (i % 2)}" width="100" height="80" />\n'
        f"      </bpmndi:BPMNShape>\n"
        for i in range(tasks)
    )
    edges = "".join(
        f'      <bpmndi:BPMNEdge id="Flow_{i}_di" bpmnElement="Flow_{i}">\n'
        f'        <di:waypoint x="{150 + 150 * i}" y="140" />\n'
        f'        <di:waypoint x="{200 + 150 * i}" y="140" />\n'
        f"      </bpmndi:BPMNEdge>\n"
        for i in range(1, tasks)
    )
    width = 200 + 150 * tasks
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:collaboration id="Collaboration_1">
    <bpmn:participant id="Participant_1" name="Office" processRef="Process_1" />
  </bpmn:collaboration>
  <bpmn:process id="Process_1" isExecutable="false">
    <bpmn:laneSet id="LaneSet_1">
{lanes}    </bpmn:laneSet>
{nodes}{flows}  </bpmn:process>
  <bpmndi:BPMNDiagram id="Diagram_1">
    <bpmndi:BPMNPlane id="Plane_1" bpmnElement="Collaboration_1">
      <bpmndi:BPMNShape id="Participant_1_di" bpmnElement="Participant_1" isHorizontal="true">
        <dc:Bounds x="120" y="60" width="{width}" height="320" />
      </bpmndi:BPMNShape>
{shapes}{edges}    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
""".encode()
