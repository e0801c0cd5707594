"""What the warnings of a waiting report mean, for people; elements follow behind a colon."""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    "absurd-duration": "the simulation data say something absurd of how long these take; left out",
    "absurd-probability": "these probabilities do not lie between zero and one; left out",
    "adhoc-assumed": "everything in these is taken to be done once",
    "ambiguous-call": "several files hold the process that these call, so none was taken",
    "assumed-instances": "nobody says how often these are done side by side; once was taken",
    "assumed-once": "nobody says how often these go round again; once was taken",
    "assumed-probability": "each way out is taken to be as likely as the others",
    "boundary-at-completion": "nobody says when these happen; taken as at the end of the activity",
    "call-cycle": "these call a process that calls itself; taken as one activity",
    "call-too-deep": "these call processes nested too deeply; taken as one activity",
    "call-unresolved": "these call a process that is not in the file (--processes)",
    "complex-assumed": "the conditions of these gateways could not be read; taken as inclusive",
    "conditioned-inclusive": "perhaps no way out of these is taken; such cases are left out",
    "dangling-flow": "these flows have no beginning or no end; left out",
    "days-as-work": "days or more were said here without the word 'working'; by the calendar "
    "they are so many hours of work",
    "dead-end": "after these the customer hears nothing more, on some ways",
    "deadlock": "these wait for what can never come",
    "duplicate-id": "several elements share these ids; the first of each is meant",
    "flow-across-border": "these flows cross the border of a sub-process; left out",
    "hint-duration": "how long these take was only read off their labels",
    "implicit-end": "no flow leaves these; taken as ends",
    "implicit-start": "no flow enters these; taken as starts",
    "livelock": "these go round for ever, so there are no figures",
    "long-loop": "these go round for so long that only what is expected is known",
    "message-at-gateway": "these message flows meet a gateway; left out",
    "missing-id": "what has no id is left out, with what stands in it",
    "no-message": "in some cases these wait for a message that does not come",
    "no-reply": "after these the customer hears nothing more",
    "no-start": "nothing says where these begin",
    "no-touchpoints": "the customer is never involved, or nobody is known to be the customer",
    "normalised-probability": "the ways out of these do not add up to 100 %; they were scaled",
    "several-scenarios": "of several scenarios of simulation data, these were taken",
    "step-skipped": "some cases pass these by",
    "stretch-cut-off": "so much lies before these that only what is nearest is listed",
    "terminate-race": "these ends cut off work that may have reached the customer",
    "token-flood": "these make more and more work, so there are no figures",
    "too-many-instances": "these are done too often to play all of it; the rest is left out",
    "unattached-boundary": "these sit on the border of nothing, so they never happen",
    "uncaught-cancel": "these cancel what nobody catches; taken as plain ends",
    "uncaught-error": "these throw errors that nobody catches; taken as plain ends",
    "uncaught-escalation": "these escalate to nobody; taken as plain ends",
    "unknown-distribution": "how the times of these vary is not understood; left out",
    "unknown-duration": "nobody says how long these take",
    "unmatched-link": "these links lead nowhere; taken as ends",
    "unreachable": "nothing leads to these",
    "unread-calendar": "these calendars are not used, or could not be read",
    "unread-duration": "how long these take is said in a form that is not understood",
    "unread-timer": "these wait for a date, and nobody says when a case begins (--begins); or for "
    "what could not be read",
    "unsafe": "branches meet here without a join, so what follows is done twice",
    "unused-calendar": "working hours count as if it were always so, for nobody says when a case "
    "begins (--begins)",
    "unused-duration": "times were told of these, which take none of their own; left out",
    "working-time": "the times of these are working time, and count as if work never stopped",
}


def doubt_in_words(code: str) -> str:
    """Say what a warning means.

    Parameters
    ----------
    code : str
        Its code, without the id behind it.

    Returns
    -------
    str
        A clause that names of elements can follow; a code that nobody knows says itself.

    Examples
    --------
    >>> doubt_in_words("deadlock")
    'these wait for what can never come'
    """
    return WORDS.get(code) or code.replace("-", " ")
