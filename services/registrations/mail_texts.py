"""The texts of registrations' mails, in the tone of the guide's mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.registrations import RegistrationSaved
from services.mail.letter import Action, Letter, instant_in_paris

_SERVICE = "le service des examens et concours dont vous dépendez :"


@dataclass(frozen=True)
class MailContext:
    """What a mail is about: a version of a candidature, what happened to it at which instant, and why.

    `url` is the portal's, without trailing slash.
    """

    saved: RegistrationSaved
    at: datetime
    reason: str | None
    url: str

    @property
    def instant(self) -> str:
        return instant_in_paris(self.at)

    @property
    def reason_line(self) -> str:
        return f"Motif : {self.reason}" if self.reason else ""


def modification_mail(context: MailContext) -> Letter:
    """To the candidate who saved a modification (guide §7)."""
    return _letter_with_new_documents(
        context,
        f"La modification de votre inscription a bien été prise en compte le {context.instant}.",
        f"Si vous n'êtes pas à l'origine de cette modification, contactez {_SERVICE}",
    )


def correction_mail(context: MailContext) -> Letter:
    """To the candidate whose civil status the service gestionnaire corrected."""
    return _letter_with_new_documents(
        context,
        f"Le service gestionnaire a corrigé vos données personnelles sur votre inscription le {context.instant}.",
        f"Si vous constatez une erreur, contactez {_SERVICE}",
        context.reason_line,
    )


def withdrawal_mail(context: MailContext) -> Letter:
    """To the candidate who is no longer registered (guide §11)."""
    return _letter(
        context,
        "Désinscription",
        f"Votre désinscription a bien été prise en compte le {context.instant}.",
        _reference(context.saved),
        "Cette candidature n'est plus visible dans votre espace candidat. Si vous vous êtes désinscrit par erreur, "
        "vous devez créer une nouvelle candidature depuis le même compte, tant que le service d'inscription "
        "est ouvert :",
        Action("M'inscrire", f"{context.url}/inscription"),
        f"Pour tout renseignement, vous pouvez contacter {_SERVICE}",
    )


def ecart_mail(context: MailContext) -> Letter:
    """To the candidate whose candidature the service gestionnaire has set aside."""
    return _letter(
        context,
        "Candidature écartée",
        f"Le service gestionnaire a écarté votre candidature le {context.instant} : "
        "vous n'êtes plus inscrit à cet examen ou concours au titre de cette candidature.",
        context.reason_line,
        _reference(context.saved),
        "Le motif et les coordonnées du service restent affichés dans votre espace candidat ; vos documents y "
        "restent consultables :",
        Action("Mes inscriptions", f"{context.url}/inscriptions"),
        f"Pour toute question ou pour contester cette décision, contactez {_SERVICE}",
    )


def _letter_with_new_documents(context: MailContext, change: str, if_wrong: str, reason: str = "") -> Letter:
    return _letter(
        context,
        "Modification d'inscription",
        change,
        reason,
        f"{_reference(context.saved)}\nVersion : {context.saved.version}",
        "Votre confirmation d'inscription a été mise à jour dans votre espace candidat :",
        Action("Mes documents", f"{context.url}/documents"),
        if_wrong,
    )


def _letter(context: MailContext, subject: str, *blocks: str | Action) -> Letter:
    """With the exam in the subject and, after the last block, whom to contact."""
    return Letter(f"{subject} : {context.saved.exam.label}", (*blocks, _contact(context.saved)))


def _reference(saved: RegistrationSaved) -> str:
    specialite = saved.confirmation.specialite
    return _lines(
        f"{saved.exam.label} - {saved.session.label} - {saved.academie.label}",
        f"Spécialité : {specialite}" if specialite else "",
        f"N° candidat : {saved.numero_candidat}",
        f"Inscription n° : {saved.numero_inscription}",
    )


def _contact(saved: RegistrationSaved) -> str:
    contact = saved.academie.contact
    telephone = f"Tél. : {contact.telephone}" if contact.telephone else ""
    return _lines(saved.academie.label, contact.title, *contact.lines, telephone, contact.email or "")


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)
