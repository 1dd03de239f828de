"""The content of « Confirmation d'inscription » besides identity and épreuves (guide §6)."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.clock import to_paris
from services.contracts.accounts import Identity
from services.contracts.registrations import Confirmation, Section
from services.reference import telephones
from services.reference.lists import nationalites, pays
from services.registrations.domain.acquis import Box
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.tab_answers import OUI, TabAnswers
from services.registrations.domain.tabs import address, categories, diploma, identification
from services.registrations.domain.tabs.specialites import specialite_label

TITLE = "CONFIRMATION D'INSCRIPTION"


def build_confirmation(dossier: Dossier, extra: tuple[Section, ...]) -> Confirmation:
    typed = dossier.typed_in("identification")
    same_bts = dossier.box(Box.MEME)
    return Confirmation(
        title=TITLE,
        nationalite=_nationality_feminine(typed.text("nationalite")),
        address=address.postal_lines(typed),
        birthplace=birthplace(dossier.identity),
        telephone=_displayed_telephone(typed, identification.FIXE.name),
        mobile=_displayed_telephone(typed, identification.MOBILE.name),
        vae=dossier.box(Box.VAE) is not None,
        etablissement=dossier.etablissement.label if dossier.etablissement else None,
        categorie=categories.label(dossier.category) or None,
        handicap=dossier.typed_in("candidature").text("handicap") == OUI,
        diplome=diploma.pdf_label(dossier.diplome) if dossier.diplome else None,
        return_by=_last_deposit_day(dossier),
        specialite=specialite_label(dossier.specialite) if dossier.specialite else None,
        forme=dossier.formes.final_label() or None,
        deja_presente=str(same_bts.year) if same_bts and same_bts.year else None,
        extra=extra,
    )


def birthplace(identity: Identity) -> str:
    """« TROYES - 010 »; abroad the country instead: « ROMA - ITALIE »."""
    country = pays.by_code(identity.pays_naissance)
    where = identity.departement_naissance or (country.label if country else identity.pays_naissance)
    return f"{identity.commune_naissance} - {where}"


def _nationality_feminine(code: str) -> str:
    """The feminine form, which agrees with the word « nationalité », whoever the candidate is: « Française »."""
    nationalite = nationalites.by_code(code)
    return nationalite.feminine if nationalite else ""


def _displayed_telephone(typed: TabAnswers, name: str) -> str | None:
    number = identification.telephone(typed, name)
    return telephones.displayed(number) if number else None


def _last_deposit_day(dossier: Dossier) -> str:
    """The last day (Paris) on which pièces, including the signed confirmation, are accepted; the end is exclusive."""
    return to_paris(dossier.opening.deposit_closes - timedelta(microseconds=1)).date().isoformat()
