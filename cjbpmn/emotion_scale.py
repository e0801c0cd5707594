"""The five steps of the emotion scale: colours, symbols and words that go together.

Blue and orange differ for every kind of colour vision, the strong steps are darker than the weak
ones, and colour is never alone: each step has its symbol and its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cjbpmn import lexicon
from cjbpmn.journey import Emotion
from cjbpmn.journey.feelings import emotion_by_source
from cjbpmn.value_names import value_name
from cjbpmn.vocabulary import Source


@dataclass(frozen=True, slots=True)
class EmotionStep:
    """One step of the scale.

    Parameters
    ----------
    value : int
        From -2 to +2.
    fill, stroke : str
        Colours as ``#RRGGBB``; the stroke is readable on the fill.
    symbol : str
        From the Basic Multilingual Plane: emoji fonts are missing on many machines.
    """

    value: int
    fill: str
    stroke: str
    symbol: str

    @property
    def number(self) -> str:
        """The value with its sign: −2 … +2."""
        return f"{self.value:+d}".replace("-", "\N{MINUS SIGN}") if self.value else "0"


SCALE: Final = {
    step.value: step
    for step in (
        EmotionStep(-2, "#F3B48B", "#8A2D04", "☹☹"),
        EmotionStep(-1, "#FCE4D2", "#B04A0A", "☹"),
        EmotionStep(0, "#F1F1F1", "#4D4D4D", "●"),
        EmotionStep(1, "#DCEBF7", "#1F6AA5", "☺"),
        EmotionStep(2, "#9CC9E8", "#08416E", "☺☺"),
    )
}
"""From -2 (very negative) to +2 (very positive)."""


def emotion_step(value: float) -> EmotionStep:
    """Return the step of the scale that is nearest to a value.

    Parameters
    ----------
    value : float
        From -2 to +2; halves go away from zero.

    Returns
    -------
    EmotionStep
        The step.

    Examples
    --------
    >>> emotion_step(-1.5).number
    '−2'
    """
    rounded = int(abs(value) + 0.5)
    return SCALE[max(-2, min(2, rounded if value >= 0 else -rounded))]


def describe_emotions(emotions: Sequence[Emotion], language: str = "en") -> tuple[str, ...]:
    """Say in words how the customer feels: one line for each kind of source.

    Parameters
    ----------
    emotions : sequence of Emotion
        The records at one point.
    language : str
        The language of the words.

    Returns
    -------
    tuple of str
        Such as ``☹ −1 unhappy``; who says so is added where several do.

    Examples
    --------
    >>> describe_emotions([Emotion(-1)])
    ('☹ −1 unhappy',)
    """
    by_source = emotion_by_source(emotions)
    words = lexicon.words(language)["emotion"]
    lines = []
    for source, value in by_source.items():
        step = emotion_step(value)
        said = words[str(step.value)]
        if len(by_source) > 1:
            said = value_name(Source, source, language) if source else "?"
        lines.append(f"{step.symbol} {step.number} {said}")
    return tuple(lines)
