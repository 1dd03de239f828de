"""What « Acquis » and « Epreuves » keep when the spécialité changes: what was typed for épreuves
that both have.

An épreuve is the same if its code is and what the catalogue says of it is. What a candidate
declared of earlier sessions of « ce BTS » is of the BTS of then, whichever épreuves they have in
common.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from services.reference.text import folded
from services.registrations.domain.acquis import LISTS, PARTS_OF_UNITS, Box, field
from services.registrations.domain.dossier import Answers, Dossier
from services.registrations.domain.epreuve_positions import INSCRIT, NON_INSCRIT, option_choices
from services.registrations.domain.epreuve_structure import FACULTATIVE
from services.registrations.domain.exam_definition import Tab
from services.registrations.domain.specialites import with_specialite
from services.registrations.domain.tabs import acquis, epreuves

Typed = dict[str, str | Sequence[str]]
# In a tab's answers until it is posted again: what it held for another spécialité's épreuves.
NOT_CARRIED = "non_repris"
# there likewise, while no spécialité is chosen: that for which they were typed
_ORIGIN = "specialite_d_origine"
_SENTENCES = {
    "acquis": (
        "Vos acquis pour « {} » ne sont pas repris : vous les aviez déclarés pour une autre "
        "spécialité."
    ),
    "epreuves": (
        "Vos choix pour « {} » ne sont pas repris : vous les aviez faits pour une autre spécialité."
    ),
}


def carried_answers(before: Dossier, after: Dossier) -> Answers:
    """The answers of `after`, whose spécialité may be another than that of `before`."""
    tabs = (
        tab
        for kind in _SENTENCES
        if (tab := after.tab_of_kind(kind)) and after.answers.get(tab.name)
    )
    return {**after.answers, **{tab.name: _carried(before, after, tab) for tab in tabs}}


def not_carried(dossier: Dossier, tab: Tab) -> tuple[str, ...]:
    """A sentence for each choice that fell away with the spécialité before."""
    return tuple(
        _SENTENCES[tab.kind].format(choice) for choice in dossier.typed(tab).list(NOT_CARRIED)
    )


def _carried(before: Dossier, after: Dossier, tab: Tab) -> Typed:
    typed = dict(after.answers[tab.name])
    origin = str(typed.pop(_ORIGIN, "")) or (before.specialite.code if before.specialite else "")
    chosen = after.specialite.code if after.specialite else ""
    if not origin or origin == chosen:
        return typed
    if not chosen:
        return typed | {_ORIGIN: origin}
    held = with_specialite(before, origin)
    both = (
        code
        for code in after.exam.epreuve_codes
        if _definition(held, code) == _definition(after, code)
    )
    gone = after.exam.epreuve_codes - set(both)
    lost = [
        *after.typed(tab).list(NOT_CARRIED),
        *(_acquis if tab.kind == "acquis" else _choices)(held, gone),
    ]
    return _without(typed, gone) | ({NOT_CARRIED: lost} if lost else {})


def _definition(dossier: Dossier, code: str) -> tuple[Any, ...]:
    epreuve = dossier.structure.epreuve(code)
    return (folded(epreuve.label), epreuve.kind, epreuve.unit, epreuve.options) if epreuve else ()


def _without(typed: Typed, gone: Collection[str]) -> Typed:
    parts = ("position", "option", *(field(box, part) for box in Box for part in PARTS_OF_UNITS))
    names = {f"{part}-{code}" for part in parts for code in gone}
    kept = {
        name: typed[name]
        for name in typed
        if name not in names and not name.startswith(Box.MEME.value)
    }
    lists = {field(box, part) for box in Box for part in LISTS} & kept.keys()
    return kept | {
        name: " ".join(code for code in str(kept[name]).split() if code not in gone)
        for name in lists
    }


def _choices(held: Dossier, gone: Collection[str]) -> Iterator[str]:
    """Positions other than those proposed, and options chosen among several."""
    for chosen in held.epreuves:
        proposed = NON_INSCRIT if chosen.epreuve.kind == FACULTATIVE else INSCRIT
        has_option = (
            chosen.option is not None and len(option_choices(held.exam, chosen.epreuve)) > 1
        )
        if chosen.epreuve.code in gone and (
            has_option or (chosen.choosable and chosen.position != proposed)
        ):
            yield epreuves.title(chosen)


def _acquis(held: Dossier, gone: Collection[str]) -> Iterator[str]:
    for box in held.acquis:
        for unit, line in acquis.unit_lines(held, box):
            if unit.code in gone or box.box is Box.MEME:
                yield f"{line.label} : {line.value}"
