"""Mutants: a model and a recipe, which is a list of operators with a seed each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final, TypeAlias

from lxml import etree

from fuzzing import form, raw, tree

Recipe: TypeAlias = tuple[tuple[str, int], ...]

OPERATORS: Final = (
    *(f"tree.{name}" for name in tree.OPERATORS),
    *(f"form.{name}" for name in form.OPERATORS),
    "form.encode",
    *(f"raw.{name}" for name in raw.OPERATORS),
)
KINDS: Final = {"tree": 45, "tree and form": 25, "form": 10, "bytes": 12, "tree and bytes": 8}
"""What a recipe is made of, and how often of 100."""

_LARGEST = 120_000
_TREE, _FORM, _RAW = list(tree.OPERATORS), [*form.OPERATORS, "encode"], list(raw.OPERATORS)


@dataclass(frozen=True, slots=True)
class Seeds:
    """The models that mutants are made of: the handy ones, small ones first."""

    of_many: list[Path]
    all: list[Path]

    @classmethod
    def of(cls, corpus: Path) -> Seeds:
        """Find them; the first list holds those of the many exporters of the MIWG."""
        sized = [
            (path.stat().st_size, path.relative_to(corpus).as_posix())
            for path in corpus.rglob("*.bpmn")
        ]
        found = [corpus / name for size, name in sorted(sized) if size <= _LARGEST]
        return cls([path for path in found if "miwg" in path.parts] or found, found)

    def choose(self, seed: int) -> Path:
        """Choose a model, a small one rather."""
        rng = Random(seed)  # noqa: S311  (a fuzzer wants to be repeatable)
        pool = self.of_many if rng.random() < 0.8 else self.all
        return pool[int(len(pool) * rng.random() ** 3)]


def make_recipe(seed: int) -> tuple[str, Recipe]:
    """Return the kind of the recipe, and the recipe."""
    rng = Random(seed + 1)  # noqa: S311
    [kind] = rng.choices(list(KINDS), list(KINDS.values()))
    parts: list[str] = []
    if "tree" in kind:
        parts += [f"tree.{rng.choice(_TREE)}" for _ in range(rng.choice((1, 1, 2, 3)))]
    if "form" in kind:
        names = [rng.choice(_FORM) for _ in range(rng.choice((1, 1, 2, 3)))]
        parts += [f"form.{name}" for name in sorted(names, key="encode".__eq__)]
    if "bytes" in kind:
        parts += [f"raw.{rng.choice(_RAW)}" for _ in range(rng.choice((1, 1, 2, 3)))]
    return kind, tuple((name, rng.randrange(2**32)) for name in parts)


def mutate(data: bytes, recipe: Recipe) -> bytes:
    """Apply a recipe; an operator that does not fit what is there changes nothing."""
    for operator, seed in recipe:
        level, _, name = operator.partition(".")
        rng = Random(seed)  # noqa: S311
        if level == "raw":
            data = raw.OPERATORS[name](rng, data)
        elif level == "form":
            data = _reform(name, rng, data)
        else:
            data = _retree(name, rng, data)
    return data


def _retree(name: str, rng: Random, data: bytes) -> bytes:
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return data
    document = root.getroottree()
    try:
        tree.OPERATORS[name](rng, root)
    except ValueError:
        return data  # lxml will not hold what the operator wished for.
    encoding = document.docinfo.encoding or "UTF-8"
    return etree.tostring(document, xml_declaration=True, encoding=encoding)


def _reform(name: str, rng: Random, data: bytes) -> bytes:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data
    if name == "encode":
        return form.encode(rng, text)
    return form.OPERATORS[name](rng, text).encode(errors="replace")
