"""What « Acquis » and « Epreuves » keep when the spécialité changes: what was typed for épreuves that both have.

An épreuve is the same if its code is and what the catalogue says of it is. What a candidate declared of earlier
sessions of « ce BTS » is of the BTS of then, whichever épreuves they have in common.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from services.reference.text import folded
from services.registrations.domain.acquis import LISTS, PARTS_OF_UNITS, Box, field
from services.registrations.domain.dossier import Answers, Dossier
from services.registrations.domain.epreuve_positions import INSCRIT, NON_INSCRIT, option_choices
from services.registrations.domain.epreuve_structure import FACULTATIVE, Structure
from services.registrations.domain.exam_definition import Epreuve, Tab
from services.registrations.domain.specialites import with_specialite
from services.registrations.domain.tabs import acquis, epreuves

Typed = dict[str, str | Sequence[str]]
# In the answers of a tab, until it is posted again:
NOT_CARRIED = "non_repris"  # what it held for épreuves of another spécialité
_ORIGIN = "specialite_d_origine"  # the spécialité for which it was typed, while none is chosen
_SENTENCES = {
    "acquis": "Vos acquis pour « {} » ne sont pas repris : vous les aviez déclarés pour une autre spécialité.",
    "epreuves": "Vos choix pour « {} » ne sont pas repris : cette épreuve n'existe pas dans la spécialité choisie.",
}


def carried_answers(before: Dossier, after: Dossier) -> Answers:
    """The answers of `after`, whose spécialité may be another than that of `before`."""
    tabs = (tab for kind in _SENTENCES if (tab := after.tab_of_kind(kind)) and after.answers.get(tab.name))
    return {**after.answers, **{tab.name: _carried(before, after, tab) for tab in tabs}}


def not_carried(dossier: Dossier, tab: Tab) -> tuple[str, ...]:
    """A sentence for each choice that fell away with the spécialité before."""
    return tuple(_SENTENCES[tab.kind].format(choice) for choice in dossier.typed(tab).list(NOT_CARRIED))


def _carried(before: Dossier, after: Dossier, tab: Tab) -> Typed:
    typed = dict(after.answers[tab.name])
    origin = str(typed.pop(_ORIGIN, "")) or (before.specialite.code if before.specialite else "")
    chosen = after.specialite.code if after.specialite else ""
    if not origin or origin == chosen:
        return typed
    if not chosen:
        return typed | {_ORIGIN: origin}
    held = with_specialite(before, origin)
    kept = {epreuve.code for epreuve in held.structure.epreuves if _is_same(epreuve, after.structure)}
    gone = after.exam.epreuve_codes - kept
    lost = [*after.typed(tab).list(NOT_CARRIED), *(_acquis if tab.kind == "acquis" else _choices)(held, gone)]
    return _without(typed, gone) | ({NOT_CARRIED: lost} if lost else {})


def _is_same(epreuve: Epreuve, others: Structure) -> bool:
    other = others.epreuve(epreuve.code)
    return other is not None and _definition(other) == _definition(epreuve)


def _definition(epreuve: Epreuve) -> tuple[Any, ...]:
    return folded(epreuve.label), epreuve.kind, epreuve.unit, epreuve.options


def _without(typed: Typed, gone: Collection[str]) -> Typed:
    parts = ("position", "option", *(field(box, part) for box in Box for part in PARTS_OF_UNITS))
    names = {f"{part}-{code}" for part in parts for code in gone}
    lists = {field(box, part) for box in Box for part in LISTS}
    return {
        name: " ".join(code for code in str(value).split() if code not in gone) if name in lists else value
        for name, value in typed.items()
        if name not in names and not name.startswith(Box.MEME.value)
    }


def _choices(held: Dossier, gone: Collection[str]) -> Iterator[str]:
    """Positions other than those proposed, and options chosen among several."""
    for chosen in held.epreuves:
        proposed = NON_INSCRIT if chosen.epreuve.kind == FACULTATIVE else INSCRIT
        has_option = chosen.option is not None and len(option_choices(held.exam, chosen.epreuve)) > 1
        if chosen.epreuve.code in gone and (has_option or (chosen.choosable and chosen.position != proposed)):
            yield epreuves.title(chosen)


def _acquis(held: Dossier, gone: Collection[str]) -> Iterator[str]:
    for box in held.acquis:
        for unit, line in acquis.unit_lines(held, box):
            if unit.code in gone or box.box is Box.MEME:
                yield f"{line.label} : {line.value}"
