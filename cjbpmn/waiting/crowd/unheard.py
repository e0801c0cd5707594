"""Where a case can end without another contact: only there it matters who comes by."""

from __future__ import annotations

from cjbpmn.waiting.structure import Moment, Structure


def find_unheard(structure: Structure) -> set[str]:
    """Find the steps from which a token can come to its end without meeting the customer again.

    Parameters
    ----------
    structure : Structure
        The network of moments.

    Returns
    -------
    set of str
        Keys of steps. After all others there is another contact, whatever happens, or the case
        never ends.
    """
    steps, before = structure.execution.steps, structure.before
    moments = list(structure.numbers)
    touched = {structure.numbers[moment] for moment in structure.touches}
    pending = [
        number
        for number, (moment, after) in enumerate(zip(moments, structure.after, strict=True))
        # What is sent at an end may be heard by nobody.
        if not after or (moment.key in steps and not steps[moment.key].exits)
    ]
    seen: set[int] = set()
    while pending:
        number = pending.pop()
        if number not in seen and number not in touched:
            seen.add(number)
            pending += before[number]
    hidden = {key for key in steps if Moment(key) not in structure.numbers}
    return hidden | {moments[number].key for number in seen}
