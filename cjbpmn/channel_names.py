"""How channels are called in a drawing: in the language of the journey, and back."""

from __future__ import annotations

from functools import cache

from cjbpmn import lexicon
from cjbpmn.vocabulary import Channel


def channel_name(channel: str, language: str) -> str:
    """Return what a channel is called in a drawing.

    Parameters
    ----------
    channel : str
        One of `Channel`, or whatever people call a way to meet.
    language : str
        One of `cjbpmn.lexicon.languages`.

    Returns
    -------
    str
        The first of the words that the language has for it; in English, and where there is none,
        the channel as it is.

    Examples
    --------
    >>> channel_name("phone", "nl"), channel_name("phone", "en"), channel_name("pigeon", "nl")
    ('telefoon', 'phone', 'pigeon')
    """
    if language == "en":
        return channel
    words: tuple[str, ...] = lexicon.words(language)["channel"].get(channel, (channel,))
    return words[0]


def channel_called(name: str) -> str | None:
    """Return the channel that a drawing calls by a name.

    Parameters
    ----------
    name : str
        As `channel_name` writes it, in any language.

    Returns
    -------
    str or None
        The channel; None where no drawing of ours says so.

    Examples
    --------
    >>> channel_called("Telefon"), channel_called("in-person"), channel_called("Order")
    ('phone', 'in-person', None)
    """
    return _channels().get(name)


@cache
def _channels() -> dict[str, str]:
    """Return the channels by what drawings call them; the English words win."""
    found = {
        channel_name(channel, language): channel.value
        for language in lexicon.languages()
        for channel in Channel
    }
    return found | {channel: channel.value for channel in Channel}
