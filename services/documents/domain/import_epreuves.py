"""The épreuves of a candidature, as the lines of a CSV name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from services.contracts.registrations import EpreuveLine
from services.reference.text import folded


def sat_epreuves(epreuves: Sequence[EpreuveLine]) -> Iterator[EpreuveLine]:
    """What the candidate sits: of a maîtresse, its children."""
    parents = {line.parent for line in epreuves}
    return (line for line in epreuves if line.position == "inscrit" and line.code not in parents)


def title_of(epreuve: EpreuveLine) -> str:
    return f"{epreuve.code} - {epreuve.label}{f' : {epreuve.option}' if epreuve.option else ''}"


def code_in(text: str, epreuves: Sequence[EpreuveLine]) -> str | None:
    """Of the épreuve that a line speaks of, by its code in front or by its label; None: of none of these."""
    code, label = _plain(text.partition(" ")[0]), _plain(text)
    return next((line.code for line in epreuves if _plain(line.code) == code or _plain(line.label) == label), None)


def without_line(texts: Iterable[str], epreuves: Sequence[EpreuveLine]) -> list[str]:
    """The titles of what is sat and no line speaks of; the line of a maîtresse speaks of its children."""
    with_line = {code_in(text, epreuves) for text in texts} - {None}
    return [title_of(line) for line in sat_epreuves(epreuves) if not with_line & {line.code, line.parent}]


def _plain(text: str) -> str:
    """« E2-A », « e2 a » and « E2A » are one name."""
    return folded(text).replace(" ", "")
