"""What may be chosen among the épreuves: completeness (K4, K5), facultatives (K9), languages (K10)."""

from __future__ import annotations

from services.registrations.domain.declaration import Declaration
from services.registrations.domain.epreuve_positions import (
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
from services.registrations.domain.rules.registry import rule


@rule("K4", tab="epreuves")
def globale_complete(declared: Declaration) -> tuple[FieldError, ...]:
    """In the globale form every mandatory unit is sat, kept or dispensed. Source: D643-14 1°.

    Positions are worked out so; only one that was asked for all the same can break it.
    """
    if declared.formes.final != GLOBALE:
        return ()
    return tuple(
        _position(chosen, f"{chosen.epreuve.code} : sous la forme globale, cette épreuve obligatoire se passe.")
        for chosen in _leaves(declared)
        if chosen.mandatory and chosen.position == INSCRIT and chosen.asked == NON_INSCRIT
    )


@rule("K5", tab="epreuves")
def progressive_at_least(declared: Declaration, *, minimum: int = 1) -> tuple[FieldError, ...]:
    """In the progressive form some unit is sat. A proposal, no source."""
    if declared.formes.final != PROGRESSIVE:
        return ()
    leaves = [chosen for chosen in _leaves(declared) if chosen.mandatory]
    if not leaves or sum(chosen.position == INSCRIT for chosen in leaves) >= minimum:
        return ()
    free = next((chosen for chosen in leaves if chosen.choosable), leaves[0])
    count = "une épreuve obligatoire" if minimum == 1 else f"{minimum} épreuves obligatoires"
    return (_position(free, f"Choisissez au moins {count} à la position « {POSITIONS[INSCRIT]} »."),)


@rule("K9", tab="epreuves")
def facultatives_at_most(
    declared: Declaration, *, max: int, max_referentiel: int = 99, besides: str = "engagement"
) -> tuple[FieldError, ...]:
    """At most `max` facultatives, of which `max_referentiel` of the référentiel, those tagged `besides` not counted.

    Source: D643-14 (until session 2024: 3 and 2), décret 2024-788 (from 2025: 2 and 1).
    """
    sat = [c for c in _leaves(declared) if c.epreuve.kind == FACULTATIVE and c.position == INSCRIT]
    chosen = [one for one in sat if besides not in one.epreuve.tags]
    reasons = []
    if len(sat) > max:
        reasons.append((sat[-1], f"Épreuves facultatives : {max} au plus, vous en avez choisi {len(sat)}."))
    if len(chosen) > max_referentiel:
        text = f"Épreuves facultatives hors engagement étudiant : {max_referentiel} au plus"
        reasons.append((chosen[-1], f"{text}, vous en avez choisi {len(chosen)}."))
    return tuple(_position(one, detail) for one, detail in reasons)


@rule("K10", tab="epreuves")
def options_differ(declared: Declaration) -> tuple[FieldError, ...]:
    """A second language is not the first one again. Inferred, and usual in every academy."""
    return tuple(
        error(
            f"option-{chosen.epreuve.code}",
            f"{chosen.epreuve.code} : l'option doit différer de celle de {first.epreuve.code}.",
        )
        for chosen in declared.epreuves
        if chosen.option
        for first in first_of_a_kind(declared, chosen)
        if chosen.option == first.option
    )


def first_of_a_kind(declared: Declaration, chosen: ChosenEpreuve) -> tuple[ChosenEpreuve, ...]:
    """The épreuves from whose option that of `chosen` must differ: those that offer some of the same options (a list of
    languages, as a rule) and come before it or leave no choice themselves; and the one that the catalogue names."""
    offered, place = _offered(declared, chosen), declared.epreuves.index(chosen)

    def comes_first(index: int, other: ChosenEpreuve) -> bool:
        theirs = _offered(declared, other)
        return len(offered) > 1 and bool(offered & theirs) and (index < place or len(theirs) == 1)

    return tuple(
        other
        for index, other in enumerate(declared.epreuves)
        if index != place and (comes_first(index, other) or other.epreuve.code == chosen.epreuve.differs_from)
    )


def _offered(declared: Declaration, chosen: ChosenEpreuve) -> frozenset[str]:
    return frozenset(key for key, _ in option_choices(declared.exam, chosen.epreuve))


def _leaves(declared: Declaration) -> tuple[ChosenEpreuve, ...]:
    return tuple(chosen for chosen in declared.epreuves if chosen.role is Role.LEAF)


def _position(chosen: ChosenEpreuve, detail: str) -> FieldError:
    return error(f"position-{chosen.epreuve.code}", detail)
