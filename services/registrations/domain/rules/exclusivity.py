"""K1: what an active candidature must be unique by, per exam (D643-29 for the BTS: one spécialité per session)."""

from __future__ import annotations

from services.registrations.domain.dossier import Dossier, PreviousCandidature

# What `exclusive:` may name, in the catalogue.
EXCLUSIVE_NAMES = ("exam", "session", "academie", "specialite")

HAS_ALREADY = "Vous avez déjà une candidature pour cette session"
"""Said by whoever refuses a second candidature; what follows names the first."""


def exclusivity_key(dossier: Dossier) -> str | None:
    """The text that is unique among a candidate's active candidatures; None where the exam excludes nothing."""
    specialite = dossier.specialite
    parts = {
        "exam": dossier.exam.code,
        "session": dossier.session.name,
        "academie": dossier.opening.academie,
        "specialite": specialite.code if specialite else "",
    }
    names = [name for name in EXCLUSIVE_NAMES if name in dossier.exam.exclusive]
    return "|".join(f"{name}={parts[name]}" for name in names) or None


def refusal_sentence(other: PreviousCandidature) -> str:
    """Why a second candidature is refused, without its full stop."""
    return f"{HAS_ALREADY} ({other.academie_label}, n° {other.numero_inscription})"


def conflicting_candidature(dossier: Dossier) -> PreviousCandidature | None:
    """The other active candidature with the same exclusivity key, if there is one."""
    key = exclusivity_key(dossier)
    return next(
        (
            other
            for other in dossier.previous
            if key and other.active and other.exclusivity_key == key and other.candidature_id != dossier.modifies
        ),
        None,
    )
