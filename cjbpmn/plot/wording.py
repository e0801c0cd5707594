"""What the picture says itself, in the language of those who speak in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cjbpmn import lexicon
from cjbpmn.value_names import value_name
from cjbpmn.vocabulary import Channel

TO: Final = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one picture.

    Parameters
    ----------
    language : str
        One of `cjbpmn.lexicon.languages`.

    Examples
    --------
    >>> Wording("nl").say("waits", time="2 dagen")
    'wacht 2 dagen'
    """

    language: str = "en"

    def say(self, key: str, **parts: object) -> str:
        """Return a phrase.

        Parameters
        ----------
        key : str
            One of those in the section ``map`` of the words of a language.
        **parts
            What is put into it.

        Returns
        -------
        str
            The phrase in this language.
        """
        phrase: str = lexicon.words(self.language)["map"][key]
        return phrase.format(**parts)

    def count(self, one: str, several: str, number: int) -> str:
        """Return a phrase with a number.

        Parameters
        ----------
        one, several : str
            The phrase for one thing, and for another number of them.
        number : int
            How many.

        Returns
        -------
        str
            The phrase in this language.
        """
        return self.say(one if number == 1 else several, n=number)

    def channel(self, channel: str | None) -> str:
        """Return what a channel is called; or that nobody told it."""
        return value_name(Channel, channel, self.language) if channel else self.say("no_channel")


ENGLISH: Final = Wording()
