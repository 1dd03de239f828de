"""Rules on what is chosen: spécialité (K2), forme (K3); épreuves complete (K4, K5), facultatives
(K9), languages (K10); what is checked after the registration and never a reason to refuse (K14,
D643-16; K15: residence)."""

from collections.abc import Iterator

from services.reference import academies
from services.registrations.domain import address
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_positions import (
    FORMES,
    GLOBALE,
    INSCRIT,
    NON_INSCRIT,
    POSITIONS,
    PROGRESSIVE,
    ChosenEpreuve,
    option_choices,
)
from services.registrations.domain.epreuve_structure import FACULTATIVE, Role
from services.registrations.domain.forms import FieldError, error
from services.registrations.domain.rules.registry import WARNING, rule


@rule("K2", tab="qualification")
def specialite_open(dossier: Dossier) -> Iterator[FieldError]:
    """A spécialité has a first and a last session. Source: each diploma's arrêté."""
    specialite = dossier.specialite
    year = dossier.session.year
    if specialite is None:
        return
    if specialite.first_session is not None and year < specialite.first_session:
        reason = f"n'existe qu'à partir de la session {specialite.first_session}"
    elif specialite.last_session is not None and year > specialite.last_session:
        reason = f"n'est plus organisée depuis la session {specialite.last_session}"
    elif specialite.version_for(year) is None:
        reason = f"n'est pas organisée à la session {year}"
    else:
        return
    yield error("specialite", f"Spécialité : « {specialite.label} » {reason}.")


@rule("K3", tab="qualification")
def forme_allowed(dossier: Dossier) -> Iterator[FieldError]:
    """The form is one that the category may choose, unless a dérogation is asked for. Source:
    D643-22 al. 1."""
    chosen = dossier.formes.chosen
    category = dossier.category
    if chosen is not None and category is not None and chosen not in category.formes:
        allowed = " ou ".join(FORMES[forme] for forme in category.formes)
        yield error(
            "forme",
            f"Forme de passage : la catégorie {category.label} ({category.code}) donne la forme "
            f"{allowed} ; pour une autre, demandez une dérogation.",
        )


@rule("K4", tab="epreuves")
def globale_complete(dossier: Dossier) -> Iterator[FieldError]:
    """In the globale form every mandatory unit is sat, kept or dispensed. Source: D643-14 1°.

    Positions are computed so; only a posted « non_inscrit » can break it.
    """
    for chosen in _leaves(dossier) if dossier.formes.final == GLOBALE else ():
        if (
            chosen.mandatory
            and chosen.position == INSCRIT
            and chosen.posted_position == NON_INSCRIT
        ):
            text = (
                f"{chosen.epreuve.code} : sous la forme globale, cette épreuve obligatoire se "
                "passe."
            )
            yield _position_error(chosen, text)


@rule("K5", tab="epreuves")
def progressive_at_least(dossier: Dossier, *, minimum: int) -> Iterator[FieldError]:
    """In the progressive form at least `minimum` units are sat. Our proposal, without source."""
    if dossier.formes.final != PROGRESSIVE:
        return
    leaves = [chosen for chosen in _leaves(dossier) if chosen.mandatory]
    if leaves and sum(chosen.position == INSCRIT for chosen in leaves) < minimum:
        free = next((chosen for chosen in leaves if chosen.choosable), leaves[0])
        count = "une épreuve obligatoire" if minimum == 1 else f"{minimum} épreuves obligatoires"
        yield _position_error(
            free, f"Choisissez au moins {count} à la position « {POSITIONS[INSCRIT]} »."
        )


@rule("K9", tab="epreuves")
def facultatives_at_most(
    dossier: Dossier, *, max: int, max_referentiel: int, besides: str
) -> Iterator[FieldError]:
    """At most `max` facultatives, of which `max_referentiel` of the référentiel, those tagged
    `besides` not counted.

    Source: D643-14 (until session 2024: 3 and 2), décret 2024-788 (from 2025: 2 and 1).
    """
    sat = [
        leaf
        for leaf in _leaves(dossier)
        if leaf.epreuve.kind == FACULTATIVE and leaf.position == INSCRIT
    ]
    of_referentiel = [facultative for facultative in sat if besides not in facultative.epreuve.tags]
    if len(sat) > max:
        yield _position_error(
            sat[-1], f"Épreuves facultatives : {max} au plus, vous en avez choisi {len(sat)}."
        )
    if len(of_referentiel) > max_referentiel:
        text = f"Épreuves facultatives hors engagement étudiant : {max_referentiel} au plus"
        yield _position_error(
            of_referentiel[-1], f"{text}, vous en avez choisi {len(of_referentiel)}."
        )


@rule("K10", tab="epreuves")
def options_differ(dossier: Dossier) -> Iterator[FieldError]:
    """A second language differs from the first. Inferred, and usual in every académie."""
    for chosen in dossier.epreuves:
        code = chosen.epreuve.code
        for first in epreuves_to_differ_from(dossier, chosen) if chosen.option else ():
            if chosen.option == first.option:
                yield error(
                    f"option-{code}",
                    f"{code} : l'option doit différer de celle de {first.epreuve.code}.",
                )


def epreuves_to_differ_from(dossier: Dossier, chosen: ChosenEpreuve) -> tuple[ChosenEpreuve, ...]:
    """The épreuves from whose option that of `chosen` must differ: those that offer some of the
    same options (a list of languages, as a rule) and come before it or leave no choice themselves;
    and the one that the catalogue names."""
    keys = [
        {key for key, _ in option_choices(dossier.exam, each.epreuve)} for each in dossier.epreuves
    ]
    place = dossier.epreuves.index(chosen)

    def comes_first(index: int) -> bool:
        shared = keys[index] & keys[place] if len(keys[place]) > 1 else set()
        return bool(shared) and (index < place or len(keys[index]) == 1)

    return tuple(
        other
        for index, other in enumerate(dossier.epreuves)
        if index != place
        and (comes_first(index) or other.epreuve.code == chosen.epreuve.differs_from)
    )


def _leaves(dossier: Dossier) -> tuple[ChosenEpreuve, ...]:
    return tuple(chosen for chosen in dossier.epreuves if chosen.role is Role.LEAF)


def _position_error(chosen: ChosenEpreuve, detail: str) -> FieldError:
    return error(f"position-{chosen.epreuve.code}", detail)


def years_label(years: int) -> str:
    """« 3 ans »"""
    return f"{years} an{'s' if years > 1 else ''}"


@rule("K15", tab="identification", level=WARNING)
def residence_expected(dossier: Dossier) -> Iterator[str]:
    """One registers in the académie of residence. Source: guide §2."""
    other = address.other_academie(dossier.typed_in("identification"), dossier.opening.academie)
    if other and academies.by_code(dossier.opening.academie):
        yield (
            f"Votre adresse dépend de l'{other.label} et vous vous inscrivez dans "
            f"l'{dossier.opening.label} : l'inscription se fait dans l'académie de résidence. "
            "Vérifiez votre adresse, ou choisissez l'autre."
        )


@rule("K14", tab="candidature", level=WARNING)
def experience_expected(dossier: Dossier) -> Iterator[str]:
    """Years of professional experience, by category and session. Source: D643-16, décret
    2022-850."""
    for years in dossier.category.experience_in(dossier.session.year) if dossier.category else ():
        yield (
            f"Vous devrez justifier de {years_label(years)} d'expérience professionnelle "
            "dans un emploi en rapport avec le diplôme, à la date de la dernière épreuve."
        )


@rule("K14", tab="diploma", level=WARNING)
def diplome_expected(dossier: Dossier, *, tag: str) -> Iterator[str]:
    """The diploma held should open the exam (tagged so in the list). Source: D612-30."""
    if dossier.diplome and tag not in dossier.diplome.tags:
        yield (
            f"« {dossier.diplome.label} » n'ouvre pas de droit l'accès à cet examen : "
            "le service gestionnaire examinera votre situation."
        )


@rule("K14", tab="candidature", level=WARNING)
def attestation_expected(dossier: Dossier, *, categories: tuple[str, ...]) -> Iterator[str]:
    """These categories must provide a certificate of training. Source: D643-8, D643-9, D643-16."""
    if dossier.category and dossier.category.code in categories:
        yield (
            "Vous devrez fournir une attestation de formation établie par votre centre de "
            "formation."
        )
