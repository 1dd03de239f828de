"""Rules on the qualification: a spécialité of the session (K2), a forme that the category allows (K3)."""

from __future__ import annotations

from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_positions import FORMES
from services.registrations.domain.forms import FieldError, error
from services.registrations.domain.rules.registry import rule


@rule("K2", tab="qualification")
def specialite_open(dossier: Dossier) -> tuple[FieldError, ...]:
    """A spécialité has a first and a last session. Source: each diploma's arrêté."""
    specialite, year = dossier.specialite, dossier.session.year
    if specialite is None:
        return ()
    if specialite.first_session is not None and year < specialite.first_session:
        reason = f"n'existe qu'à partir de la session {specialite.first_session}"
    elif specialite.last_session is not None and year > specialite.last_session:
        reason = f"n'est plus organisée depuis la session {specialite.last_session}"
    elif specialite.version_for(year) is None:
        reason = f"n'est pas organisée à la session {year}"
    else:
        return ()
    return (error("specialite", f"Spécialité : « {specialite.label} » {reason}."),)


@rule("K3", tab="qualification")
def forme_allowed(dossier: Dossier) -> tuple[FieldError, ...]:
    """The form is one that the category may choose, unless a dérogation is asked for. Source: D643-22 al. 1."""
    chosen, category = dossier.formes.chosen, dossier.category
    if chosen is None or category is None or chosen in category.formes:
        return ()
    allowed = " ou ".join(FORMES[forme] for forme in category.formes)
    return (
        error(
            "forme",
            f"Forme de passage : la catégorie {category.label} ({category.code}) donne la forme {allowed} ; "
            "pour une autre, demandez une dérogation.",
        ),
    )
