"""The establishment of a candidate: search, alternatives if nothing matches, choices without a
search.

Candidates without a school are registered under the candidats individuels of their département of
residence, or under the CNED: these are proposed whatever they type.
"""

from collections.abc import Iterator

from services.contracts.api.forms import Proposal
from services.reference import academies, communes
from services.reference.lists import departements
from services.reference.text import folded
from services.registrations.domain import address
from services.registrations.domain.dossier import Dossier, Etablissement, EtablissementSearch
from services.registrations.domain.exam_definition import Category
from services.registrations.domain.forms import MAX_PROPOSALS, Option

LYCEE = "lycee"
CNED = "cned"
INDIVIDUELS = "individuels"
HINT = "Nom, ville ou numéro de l'établissement"
_SENTENCES = {
    CNED: "l'établissement à choisir est le CNED",
    INDIVIDUELS: (
        "vous n'avez pas d'établissement à chercher : choisissez les candidats individuels de "
        "votre département de résidence"
    ),
}
_MAX_WITHOUT_SEARCH = 5  # establishments proposed without a search


def _kinds(dossier: Dossier) -> tuple[str, ...]:
    """The kinds of establishment of the category; of all public categories while none is chosen."""
    categories = (
        [dossier.category]
        if dossier.category
        else [each for each in dossier.exam.categories if each.public]
    )
    return tuple(dict.fromkeys(kind for category in categories for kind in category.etablissements))


def search(dossier: Dossier, typed: str, limit: int) -> tuple[Option, ...]:
    """Matching establishments, those of the candidate's département first; else the
    alternatives."""
    proposed = _matching(dossier, typed, limit) or _alternatives(dossier, typed, limit)
    return tuple(Option(each.code, each.label, hint=meaning(each)) for each in proposed)


def advice(dossier: Dossier, typed: str) -> str | None:
    """What to do if no establishment has that name; None if one has."""
    if not typed.strip() or _matching(
        dossier, typed, MAX_PROPOSALS
    ):  # asked as the search beside it
        return None
    category = dossier.category
    if category and not _has_school(category):
        return f"Avec cette catégorie, {_expected(category)}."
    if category is None:
        sentence = (
            "Choisissez d'abord la catégorie du candidat : elle dit quel établissement est attendu."
        )
    else:
        sentence = (
            "Essayez la ville seule, ou le numéro de l'établissement (sept chiffres et une lettre)."
        )
        sentence += " Sans établissement, vérifiez la catégorie du candidat."
    near = " Voici ceux de votre académie." if _alternatives(dossier, typed, 1) else ""
    return f"Aucun établissement ne correspond à « {typed.strip()} ».{near} {sentence}"


def proposals(dossier: Dossier) -> tuple[Proposal, ...]:
    """Buttons for choices without a search; none while no category, or once an establishment that
    fits is chosen."""
    category = dossier.category
    chosen = dossier.etablissement
    if category is None or (chosen and fits(chosen, category)):
        return ()
    return tuple(
        Proposal(value=choice.code, label=choice.label, sentence=_button_label(choice))
        for kind in category.etablissements
        for choice in _choices_without_search(dossier, kind)
    )


def hint(dossier: Dossier, chosen: Etablissement | None) -> str:
    """Hint of the field: the meaning of the chosen value, else what is expected."""
    category = dossier.category
    if chosen and (words := meaning(chosen)) and fits(chosen, category):
        return f"{chosen.label} : {words}"
    if category and not _has_school(category) and (words := _expected(category)):
        return words[0].upper() + words[1:]
    return HINT


def meaning(etablissement: Etablissement) -> str | None:
    """« candidats individuels de l'Aube »; None for an establishment whose label is clear."""
    place = departements.by_code(etablissement.departement or "")
    return (
        f"candidats individuels {place.complement}"
        if place and etablissement.kind == INDIVIDUELS
        else None
    )


def fits(etablissement: Etablissement, category: Category | None) -> bool:
    """Whether the category allows its kind."""
    return (
        category is None
        or not category.etablissements
        or etablissement.kind in category.etablissements
    )


def _expected(category: Category) -> str:
    return " ou ".join(_SENTENCES[kind] for kind in category.etablissements if kind in _SENTENCES)


def _has_school(category: Category) -> bool:
    return not category.etablissements or LYCEE in category.etablissements


def _matching(dossier: Dossier, typed: str, limit: int) -> tuple[Etablissement, ...]:
    """Establishments whose name matches."""
    of_residence = _departements(dossier) if _kinds(dossier) == (INDIVIDUELS,) else ()
    search = EtablissementSearch(
        limit, typed, _kinds(dossier), of_residence, near=_residence(dossier)
    )
    return dossier.directory.search(search)


def _alternatives(dossier: Dossier, typed: str, limit: int) -> tuple[Etablissement, ...]:
    """Establishments proposed if no name matches."""
    category = dossier.category
    if category is None:
        return ()
    if _has_school(category):
        few = _if_few(dossier, category.etablissements, _academie_departements(dossier))
        beside = {proposal["value"] for proposal in proposals(dossier)}
        return tuple(etablissement for etablissement in few if etablissement.code not in beside)[
            :limit
        ]
    places = tuple(_departements_named(_departements(dossier), typed)) or _departements(dossier)
    allowed = dossier.directory.search(EtablissementSearch(1000, kinds=category.etablissements))
    return tuple(
        each for each in allowed if each.departement is None or each.departement in places
    )[:limit]


def _if_few(
    dossier: Dossier, kinds: tuple[str, ...], departements: tuple[str, ...]
) -> tuple[Etablissement, ...]:
    """The establishments of these kinds and départements; none of more than _MAX_WITHOUT_SEARCH."""
    search = EtablissementSearch(_MAX_WITHOUT_SEARCH + 1, kinds=kinds, departements=departements)
    etablissements = dossier.directory.search(search)
    return etablissements if len(etablissements) <= _MAX_WITHOUT_SEARCH else ()


def _choices_without_search(dossier: Dossier, kind: str) -> tuple[Etablissement, ...]:
    """Establishments of a kind shown as buttons: schools only if the département has few."""
    if kind == INDIVIDUELS:
        places = _departements(dossier)
        return dossier.directory.search(
            EtablissementSearch(len(places), kinds=(kind,), departements=places)
        )
    if kind == CNED:
        return dossier.directory.search(EtablissementSearch(1, kinds=(kind,)))
    residence = _residence(dossier)
    return _if_few(dossier, (kind,), (residence,)) if residence else ()


def _button_label(etablissement: Etablissement) -> str:
    place = departements.by_code(etablissement.departement or "")
    if etablissement.kind == INDIVIDUELS and place:
        return f"Je me présente en candidat individuel {place.complement}"
    return "J'étudie avec le CNED" if etablissement.kind == CNED else etablissement.label


def _residence(dossier: Dossier) -> str | None:
    return address.departement(dossier.typed_in("identification"))


def _departements(dossier: Dossier) -> tuple[str, ...]:
    """The département of residence; those of the académie while it is unknown."""
    residence = _residence(dossier)
    return (residence,) if residence else _academie_departements(dossier)


def _academie_departements(dossier: Dossier) -> tuple[str, ...]:
    academie = academies.by_code(dossier.opening.academie)
    return academie.departements if academie else ()


def _departements_named(codes: tuple[str, ...], typed: str) -> Iterator[str]:
    """The départements among `codes` that have that name, or a commune of that name."""
    for code in codes:
        place = departements.by_code(code)
        if communes.exact(code, typed) or (place and folded(place.name) == folded(typed)):
            yield code
