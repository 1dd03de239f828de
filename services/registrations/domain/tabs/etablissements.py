"""The establishment of a candidate: what the category allows, what is proposed, what a search finds.

Candidates without a school are registered under the candidats individuels of their département of residence, or under
the CNED: whatever they type, these are proposed.
"""

from __future__ import annotations

from collections.abc import Iterator

from services.reference import academies, communes, departements
from services.reference.text import folded
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.etablissements import Etablissement, EtablissementSearch
from services.registrations.domain.exam_definition import Category
from services.registrations.domain.forms import Option, Proposal
from services.registrations.domain.search_limits import MAX_PROPOSALS
from services.registrations.domain.tabs import address

LYCEE, CNED, INDIVIDUELS = "lycee", "cned", "individuels"
HINT = "Nom, ville ou numéro de l'établissement"
_SENTENCES = {
    CNED: "l'établissement à choisir est le CNED",
    INDIVIDUELS: (
        "vous n'avez pas d'établissement à chercher : choisissez les candidats individuels de votre département "
        "de résidence"
    ),
}
_FEW = 5  # proposed without being searched


def _kinds(dossier: Dossier) -> tuple[str, ...]:
    """The kinds of establishment of the category; of all public categories while none is chosen."""
    if category := dossier.category():
        return category.etablissements
    return tuple(
        dict.fromkeys(
            kind for category in dossier.exam.categories if category.public for kind in category.etablissements
        )
    )


def search(dossier: Dossier, typed: str, limit: int) -> tuple[Option, ...]:
    """Those of the candidate's département first; for a category without a school what it allows, whatever is typed."""
    proposed = _named(dossier, typed, limit) or _instead(dossier, typed, limit)
    return tuple(
        Option(etablissement.code, etablissement.label, hint=meaning(etablissement)) for etablissement in proposed
    )


def advice(dossier: Dossier, typed: str) -> str | None:
    """What to do if no establishment has that name; None if one has."""
    if not typed.strip() or _named(dossier, typed, MAX_PROPOSALS):  # asked as the search beside it
        return None
    category = dossier.category()
    if category and not _has_school(category):
        meant = [
            f"{etablissement.label} ({words})"
            for etablissement in _instead(dossier, typed, _FEW)
            if (words := meaning(etablissement))
        ]
        return f"Avec cette catégorie, {_expected(category)}{' : ' if meant else ''}{', '.join(meant)}."
    if category is None:
        mend = "Choisissez d'abord la catégorie du candidat : elle dit quel établissement est attendu."
    else:
        mend = "Essayez la ville seule, ou le numéro de l'établissement (sept chiffres et une lettre)."
        mend += " Sans établissement, vérifiez la catégorie du candidat."
    near = " Voici ceux de votre académie." if _instead(dossier, typed, 1) else ""
    return f"Aucun établissement ne correspond à « {typed.strip()} ».{near} {mend}"


def proposals(dossier: Dossier) -> tuple[Proposal, ...]:
    """What can be chosen without a search; nothing while no category is chosen."""
    category = dossier.category()
    if category is None:
        return ()
    return tuple(
        Proposal(etablissement.code, etablissement.label, _told_by_candidate(etablissement))
        for kind in category.etablissements
        for etablissement in _few(dossier, kind)
    )


def hint(dossier: Dossier, chosen: Etablissement | None) -> str:
    """What the field expects, or what its value means."""
    category = dossier.category()
    if chosen and (words := meaning(chosen)) and fits(chosen, category):
        return f"{chosen.label} : {words}"
    if category and not _has_school(category) and (words := _expected(category)):
        return words[0].upper() + words[1:]
    return HINT


def meaning(etablissement: Etablissement) -> str | None:
    """« candidats individuels de l'Aube »; None for an establishment whose label is clear."""
    place = departements.by_code(etablissement.departement or "")
    return f"candidats individuels {place.complement}" if place and etablissement.kind == INDIVIDUELS else None


def fits(etablissement: Etablissement, category: Category | None) -> bool:
    """Whether it is of a kind that the category goes with."""
    return category is None or not category.etablissements or etablissement.kind in category.etablissements


def _expected(category: Category) -> str:
    return " ou ".join(_SENTENCES[kind] for kind in category.etablissements if kind in _SENTENCES)


def _has_school(category: Category) -> bool:
    return not category.etablissements or LYCEE in category.etablissements


def _named(dossier: Dossier, typed: str, limit: int) -> tuple[Etablissement, ...]:
    """Establishments with that name."""
    of_residence = _places(dossier) if _kinds(dossier) == (INDIVIDUELS,) else ()
    return dossier.directory.search(
        EtablissementSearch(limit, typed, _kinds(dossier), of_residence, near=_residence(dossier))
    )


def _instead(dossier: Dossier, typed: str, limit: int) -> tuple[Etablissement, ...]:
    """What is proposed if no establishment has that name."""
    category = dossier.category()
    if category is None:
        return ()
    if _has_school(category):
        allowed = dossier.directory.search(
            EtablissementSearch(_FEW + 1, kinds=category.etablissements, departements=_of_academie(dossier))
        )
        return allowed[:limit] if len(allowed) <= _FEW else ()
    places = tuple(_called(_places(dossier), typed)) or _places(dossier)
    allowed = dossier.directory.search(EtablissementSearch(1000, kinds=category.etablissements))
    return tuple(
        etablissement
        for etablissement in allowed
        if etablissement.departement is None or etablissement.departement in places
    )[:limit]


def _few(dossier: Dossier, kind: str) -> tuple[Etablissement, ...]:
    """Establishments of a kind to be shown as buttons: schools only if the département has `_FEW` at most."""
    if kind == INDIVIDUELS:
        places = _places(dossier)
        return dossier.directory.search(EtablissementSearch(len(places), kinds=(kind,), departements=places))
    if kind == CNED:
        return dossier.directory.search(EtablissementSearch(1, kinds=(kind,)))
    residence = _residence(dossier)
    if not residence:
        return ()
    schools = dossier.directory.search(EtablissementSearch(_FEW + 1, kinds=(kind,), departements=(residence,)))
    return schools if len(schools) <= _FEW else ()


def _told_by_candidate(etablissement: Etablissement) -> str:
    place = departements.by_code(etablissement.departement or "")
    if etablissement.kind == INDIVIDUELS and place:
        return f"Je me présente en candidat individuel {place.complement}"
    return "J'étudie avec le CNED" if etablissement.kind == CNED else etablissement.label


def _residence(dossier: Dossier) -> str | None:
    return address.departement(dossier.typed_in("identification"))


def _places(dossier: Dossier) -> tuple[str, ...]:
    """The département of residence; those of the académie while it is unknown."""
    residence = _residence(dossier)
    return (residence,) if residence else _of_academie(dossier)


def _of_academie(dossier: Dossier) -> tuple[str, ...]:
    academie = academies.by_code(dossier.opening.academie)
    return academie.departements if academie else ()


def _called(places: tuple[str, ...], typed: str) -> Iterator[str]:
    """Those of the départements that have that name, or a commune of that name."""
    for code in places:
        place = departements.by_code(code)
        if communes.exact(code, typed) or (place and folded(place.name) == folded(typed)):
            yield code
