"""Prerequisites that are checked after the registration (K14): warnings, never a reason to refuse (D643-16)."""

from __future__ import annotations

from services.registrations.domain.dossier import Dossier
from services.registrations.domain.rules.registry import warning


def years_label(years: int) -> str:
    """« 3 ans »"""
    return f"{years} an{'s' if years > 1 else ''}"


@warning("K14", tab="candidature")
def experience_expected(dossier: Dossier) -> tuple[str, ...]:
    """Years of professional experience, by category and session. Source: D643-16, décret 2022-850."""
    if dossier.category is None:
        return ()
    return tuple(
        f"Vous devrez justifier de {years_label(years)} d'expérience professionnelle "
        "dans un emploi en rapport avec le diplôme, à la date de la dernière épreuve."
        for years in dossier.category.experience_in(dossier.session.year)
    )


@warning("K14", tab="diploma")
def diplome_expected(dossier: Dossier, *, tag: str) -> tuple[str, ...]:
    """The diploma held should open the exam (tagged so in the list). Source: D612-30."""
    if dossier.diplome is None or tag in dossier.diplome.tags:
        return ()
    return (
        f"« {dossier.diplome.label} » n'ouvre pas de droit l'accès à cet examen : "
        "le service gestionnaire examinera votre situation.",
    )


@warning("K14", tab="candidature")
def attestation_expected(dossier: Dossier, *, categories: tuple[str, ...]) -> tuple[str, ...]:
    """These categories must provide a certificate of training. Source: D643-8, D643-9, D643-16."""
    if dossier.category is None or dossier.category.code not in categories:
        return ()
    return ("Vous devrez fournir une attestation de formation établie par votre centre de formation.",)
