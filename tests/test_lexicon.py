from __future__ import annotations

import unicodedata
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cjbpmn.lexicon
from cjbpmn.lexicon import fold, languages, meanings, words

FOLDER = Path(cjbpmn.lexicon.__file__).parent / "words"
SECTIONS = {
    "emotion": {"-2", "-1", "0", "1", "2"},
    "feeling": {"-2", "-1", "0", "1", "2"},
    "answer": {"yes", "no"},
    "roles": {"customer", "ambiguous", "false_friends"},
    "verbs": {"to_organisation", "to_customer"},
    "wait": {"cues"},
    "timespan": {"and", "to", "half", "clock", "rate", "doubtful", "units", "numbers"},
}


def test_the_languages_are_the_files_in_the_folder() -> None:
    assert languages() == tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))
    assert set(languages()) >= {"en", "nl", "de", "fr", "es", "pt", "it", "pl"}


@pytest.mark.parametrize("language", languages())
def test_every_language_says_the_same_things(language: str) -> None:
    for section, keys in SECTIONS.items():
        assert set(words(language)[section]) == keys
    assert set(words(language)["channel"]) == set(words("en")["channel"])
    assert set(words(language)["source"]) == set(words("en")["source"])
    assert set(words(language)["timespan"]["units"]) == set(words("en")["timespan"]["units"])


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("section", ["draft", "map"])
def test_every_phrase_is_said_in_every_language_with_the_same_parts(
    section: str, language: str
) -> None:
    spoken, english = words(language)[section], words("en")[section]
    assert spoken.keys() == english.keys()
    for key, phrase in spoken.items():
        assert len(phrase) > 0
        if isinstance(phrase, str):
            assert _parts(phrase) == _parts(english[key]), key


def _parts(phrase: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(phrase) if name is not None}


@pytest.mark.parametrize("language", languages())
def test_no_list_is_empty_and_no_word_stands_twice_in_one(language: str) -> None:
    for section in SECTIONS:
        for listed in _lists(words(language)[section]):
            assert listed
            assert len(listed) == len({unicodedata.normalize("NFC", word) for word in listed})
            assert all(word == word.strip() and word for word in listed)


@pytest.mark.parametrize("language", languages())
def test_every_file_says_where_its_words_come_from(language: str) -> None:
    first = (FOLDER / f"{language}.toml").read_text("utf-8").splitlines()[0]
    assert first.startswith("#")
    assert "attested" in first.lower()


@pytest.mark.parametrize("language", languages())
def test_a_customer_is_neither_ambiguous_nor_a_false_friend(language: str) -> None:
    roles = words(language)["roles"]
    customer, ambiguous, false = (
        {fold(word) for word in roles[name]} for name in ("customer", "ambiguous", "false_friends")
    )
    assert not customer & ambiguous
    assert not customer & false
    assert not ambiguous & false


@pytest.mark.parametrize("language", languages())
def test_the_words_for_the_steps_of_emotion_fit_on_a_small_note(language: str) -> None:
    steps = words(language)["emotion"].values()
    assert len(set(steps)) == 5
    assert all(len(word) <= 18 for word in steps)


@pytest.mark.parametrize("part", ["units", "numbers"])
def test_a_word_for_a_time_means_the_same_in_all_languages(part: str) -> None:
    for word, pairs in meanings("timespan", part).items():
        assert len({meaning for _, meaning in pairs}) == 1, word


def test_a_word_for_an_emotion_means_the_same_in_all_languages() -> None:
    steps: dict[str, set[str]] = {}
    for section in ("emotion", "feeling"):
        for word, pairs in meanings(section).items():
            steps.setdefault(word, set()).update(meaning for _, meaning in pairs)
    assert all(len(meant) == 1 for meant in steps.values())


def test_a_word_for_yes_means_no_nowhere() -> None:
    assert all(len({answer for _, answer in pairs}) == 1 for pairs in meanings("answer").values())


def test_meanings_are_found_by_the_folded_word() -> None:
    assert meanings("channel")[fold("Téléphone")] == {("en", "phone"), ("fr", "phone")}
    assert "Téléphone" not in meanings("channel")


@pytest.mark.parametrize("tag", ["nl", "NL", "nl-BE", "nl_BE"])
def test_the_region_of_a_language_does_not_matter(tag: str) -> None:
    assert words(tag) is words("nl")


@pytest.mark.parametrize("tag", ["", "xx", "../en", "en.toml", "klingon"])
def test_an_unknown_language_is_refused_with_the_known_ones(tag: str) -> None:
    with pytest.raises(KeyError, match="there are words for de, en"):
        words(tag)


def test_nobody_can_change_the_words() -> None:
    shared: Any = words("en")
    with pytest.raises(TypeError):
        shared["wait"]["cues"] = ()
    assert isinstance(shared["wait"]["cues"], tuple)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Kündigen", "kundigen"),
        ("złożyć wniosek", "zlozyc wniosek"),
        ("un\N{RIGHT SINGLE QUOTATION MARK}ora", "un'ora"),
        ("30\N{EN DASH}45\N{NO-BREAK SPACE}min", "30-45 min"),
        ("a\n\tb", "a  b"),
        ("di\N{COMBINING ACUTE ACCENT}a", "dia"),
        ("STRASSE straße", "strasse straße"),
        ("Заёмщик", "заемщик"),
        ("주문", "주문"),
        ("バス", "バス"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_folding_leaves_syllables_what_they_are() -> None:
    assert fold("주문") != fold("지문")
    assert fold("バス") != fold("パス")


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(unicodedata.normalize("NFC", text))


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)
    assert unicodedata.normalize("NFC", once) != once or fold(once) == once


def _lists(value: Any) -> list[tuple[str, ...]]:
    if isinstance(value, str):
        return [(value,)]
    if isinstance(value, tuple):
        return [value]
    return [listed for part in value.values() for listed in _lists(part)]
