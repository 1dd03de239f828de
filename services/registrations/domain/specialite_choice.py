"""Helps to choose a spécialité: those of the session by domain, and the épreuves and pièces that each implies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from services.chassis.errors import NotFound
from services.contracts.api.drafts import Asked, AskedEpreuve, AskedPiece, Domain, Offered
from services.contracts.api.operation import answer_of
from services.reference.text import folded
from services.registrations.domain import facts
from services.registrations.domain.conditions import Lookup, decide
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_structure import FACULTATIVE, structure_of
from services.registrations.domain.exam_definition import Epreuve, PieceRule, Specialite
from services.registrations.domain.tabs.specialites import DOMAINS, offered, specialite_label

WITHOUT_DOMAIN = "Autres spécialités"


def by_domain(dossier: Dossier) -> tuple[Domain, ...]:
    """The spécialités of the session by domain, in the order of the exam's list; those without a domain come last."""
    in_order = sorted(offered(dossier), key=lambda specialite: folded(specialite.label))
    labels = {item.key: item.label for item in dossier.exam.lists.get(DOMAINS, ())}
    domains = [
        _domain(label, (specialite for specialite in in_order if specialite.domain == key))
        for key, label in labels.items()
    ]
    others = _domain(WITHOUT_DOMAIN, (specialite for specialite in in_order if specialite.domain not in labels))
    return tuple(domain for domain in (*domains, others) if domain.specialites)


def requirements(dossier: Dossier, code: str) -> Asked:
    """The épreuves and pièces of a spécialité, as far as this dossier's answers decide. Raises NotFound."""
    specialite = next((specialite for specialite in offered(dossier) if specialite.code == code), None)
    if specialite is None:
        raise NotFound("Cette spécialité n'est pas proposée à cette session.")
    structure = structure_of(specialite, dossier.session.year)
    return Asked(
        specialite=_offered(specialite),
        epreuves=tuple(map(_epreuve, structure.epreuves)),
        pieces=_pieces(dossier, specialite),
    )


def _pieces(dossier: Dossier, specialite: Specialite) -> tuple[AskedPiece, ...]:
    """Without those that this spécialité and the answers given so far rule out."""
    chosen = _with(dossier, specialite.code)
    epreuves = structure_of(specialite, dossier.session.year).epreuves
    names = {epreuve.code for epreuve in epreuves} | {tag for epreuve in epreuves for tag in epreuve.tags}
    lookup = facts.lookup(chosen)
    is_known = _known(lookup, names)
    rules = (piece for piece in dossier.exam.pieces if piece.code in dossier.session.pieces)
    judged = ((piece, decide(piece.when, lookup, is_known)) for piece in rules)
    return tuple(
        AskedPiece(label=_piece_label(piece), certain=bool(answer)) for piece, answer in judged if answer is not False
    )


def _known(lookup: Lookup, epreuves: set[str]) -> Callable[[str], bool]:
    """Facts are known once answered. Of an épreuve it is only known when the spécialité has none of that name."""

    def is_known(subject: str) -> bool:
        kind, _, name = subject.partition(":")
        answer: Any = lookup(subject)
        return name not in epreuves if kind == "epreuve" else answer not in (None, "", ())

    return is_known


def _with(dossier: Dossier, code: str) -> Dossier:
    tab = dossier.tab_of_kind("qualification")
    if tab is None:
        return dossier
    typed = {**dossier.answers.get(tab.name, {}), "specialite": code}
    return replace(dossier, answers={**dossier.answers, tab.name: typed})


def _domain(label: str, specialites: Iterable[Specialite]) -> Domain:
    return Domain(label=label, specialites=tuple(map(_offered, specialites)))


def _offered(specialite: Specialite) -> Offered:
    return answer_of(Offered, specialite, label=specialite_label(specialite))


def _epreuve(epreuve: Epreuve) -> AskedEpreuve:
    return answer_of(AskedEpreuve, epreuve, mandatory=epreuve.kind != FACULTATIVE)


def _piece_label(piece: PieceRule) -> str:
    return f"{piece.code} : {piece.label}"
