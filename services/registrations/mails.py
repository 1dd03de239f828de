"""The texts of registrations' mails, in the tone of the guide's mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.chassis.french import short_instant
from services.contracts.registrations import Contact, RegistrationSaved
from services.mail.letter import Action, Letter

CONTACT = "Pour tout renseignement, vous pouvez contacter le service des examens et concours dont vous dépendez :"


@dataclass(frozen=True)
class Subject:
    """What a mail is about: a version of a candidature, what happened to it at which instant, and why.

    `url` is the portal's, without trailing slash.
    """

    saved: RegistrationSaved
    at: datetime
    reason: str | None
    url: str


def modification(about: Subject) -> Letter:
    """To the candidate who saved a modification (guide §7)."""
    return Letter(
        f"Modification d'inscription : {about.saved.exam.label}",
        (
            f"La modification de votre inscription a bien été prise en compte le {_instant(about)}.",
            _reference(about.saved, with_version=True),
            "Votre confirmation d'inscription a été mise à jour dans votre espace candidat :",
            Action("Mes documents", f"{about.url}/documents"),
            "Si vous n'êtes pas à l'origine de cette modification, contactez le service des examens et concours "
            "dont vous dépendez :",
            _contact(about.saved),
        ),
    )


def correction(about: Subject) -> Letter:
    """To the candidate whose civil status the service gestionnaire corrected."""
    return Letter(
        f"Modification d'inscription : {about.saved.exam.label}",
        (
            f"Le service gestionnaire a corrigé vos données personnelles sur votre inscription le {_instant(about)}.",
            _reason(about),
            _reference(about.saved, with_version=True),
            "Votre confirmation d'inscription a été mise à jour dans votre espace candidat :",
            Action("Mes documents", f"{about.url}/documents"),
            "Si vous constatez une erreur, contactez le service des examens et concours dont vous dépendez :",
            _contact(about.saved),
        ),
    )


def withdrawal(about: Subject) -> Letter:
    """To the candidate who is no longer registered (guide §11)."""
    return Letter(
        f"Désinscription : {about.saved.exam.label}",
        (
            f"Votre désinscription a bien été prise en compte le {_instant(about)}.",
            _reference(about.saved, with_version=False),
            "Cette candidature n'est plus visible dans votre espace candidat. Si vous vous êtes désinscrit par erreur, "
            "vous devez créer une nouvelle candidature depuis le même compte, tant que le service d'inscription "
            "est ouvert :",
            Action("M'inscrire", f"{about.url}/inscription"),
            CONTACT,
            _contact(about.saved),
        ),
    )


def ecart(about: Subject) -> Letter:
    """To the candidate whose candidature the service gestionnaire has set aside."""
    return Letter(
        f"Candidature écartée : {about.saved.exam.label}",
        (
            f"Le service gestionnaire a écarté votre candidature le {_instant(about)} : "
            "vous n'êtes plus inscrit à cet examen ou concours au titre de cette candidature.",
            _reason(about),
            _reference(about.saved, with_version=False),
            "Le motif et les coordonnées du service restent affichés dans votre espace candidat ; vos documents y "
            "restent consultables :",
            Action("Mes inscriptions", f"{about.url}/inscriptions"),
            "Pour toute question ou pour contester cette décision, contactez le service des examens et concours dont "
            "vous dépendez :",
            _contact(about.saved),
        ),
    )


def _instant(about: Subject) -> str:
    return f"{short_instant(about.at)} (heure de Paris)"


def _reason(about: Subject) -> str:
    return f"Motif : {about.reason}" if about.reason else ""


def _reference(saved: RegistrationSaved, *, with_version: bool) -> str:
    specialite = saved.confirmation.specialite
    lines = (
        f"{saved.exam.label} - {saved.session.label} - {saved.academie.label}",
        f"Spécialité : {specialite}" if specialite else "",
        f"N° candidat : {saved.numero_candidat}",
        f"Inscription n° : {saved.numero_inscription}",
        f"Version : {saved.version}" if with_version else "",
    )
    return "\n".join(line for line in lines if line)


def _contact(saved: RegistrationSaved) -> str:
    contact: Contact = saved.academie.contact
    telephone = f"Tél. : {contact.telephone}" if contact.telephone else ""
    lines = (saved.academie.label, contact.title, *contact.lines, telephone, contact.email or "")
    return "\n".join(line for line in lines if line)
