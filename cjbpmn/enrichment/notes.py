"""What is written below the steps: how they feel, what was observed, how long the waits are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from cjbpmn.emotion_scale import describe_emotions
from cjbpmn.enrichment.planned import Note, Plan, PlannedJourney, PlannedStep, Show
from cjbpmn.journey import Observation

Marks = Mapping[tuple[int, int], str]
"""By number of the journey and order of the step, what to say of the wait before it."""

_OBSERVATION_WIDTH: Final = 170.0


def plan_notes(plan: Plan, planned: PlannedJourney, marks: Marks) -> None:
    """Say what is written below each step of a journey.

    Parameters
    ----------
    plan : Plan
        What is known of the model, and what is to be shown.
    planned : PlannedJourney
        The journey; its steps get their notes.
    marks : mapping
        What to say of long waits.
    """
    if Show.EMOTION in plan.show:
        for step in planned.steps:
            lines = describe_emotions(step.step.feels, planned.language)
            if lines:
                step.notes.append(Note("CjEmotion", step.order, "\n".join(lines)))
    if Show.WAITS in plan.show:
        for step in planned.steps:
            mark = marks.get((planned.number, step.order))
            if mark is not None:
                step.notes.append(Note("CjWait", step.order, mark))
    if Show.OBSERVATIONS in plan.show and planned.steps:
        for number, observation in enumerate(planned.journey.observations, start=1):
            _plan_observation(plan, planned, observation, number)


def _plan_observation(
    plan: Plan, planned: PlannedJourney, observation: Observation, number: int
) -> None:
    """Put an observation below the step that it is about, else below the next one to feel it."""
    about = [found for name in observation.at for found in planned.references[name]]
    text = observation.see
    step = next((one for one in planned.steps if _concerns(one, about)), None)
    is_linked = step is not None
    if step is None:
        step = _next_to_feel(plan, planned.steps, about)
        names = [plan.graph.label(one) for one in about if one in plan.graph.nodes]
        text = f"{names[0]}: {text}" if names else text
    if observation.better:
        text += f"\n→ {observation.better}"
    note = Note("CjObservation", number, text, _OBSERVATION_WIDTH, is_linked=is_linked)
    step.notes.append(note)


def _concerns(step: PlannedStep, about: Iterable[str]) -> bool:
    meets = {*step.refs, *(contact.other for contact in step.contacts)}
    meets |= {contact.flow for contact in step.contacts if contact.flow}
    return not meets.isdisjoint(about)


def _next_to_feel(plan: Plan, steps: Sequence[PlannedStep], about: Iterable[str]) -> PlannedStep:
    """Return the step that meets what comes after an element; the last step where none does."""
    queue, seen = deque(about), set(about)
    while queue:
        node = queue.popleft()
        found = next((step for step in steps if _concerns(step, (node,))), None)
        if found is not None:
            return found
        for flow in plan.graph.outgoing(node):
            if flow.target not in seen:
                seen.add(flow.target)
                queue.append(flow.target)
    return steps[-1]
