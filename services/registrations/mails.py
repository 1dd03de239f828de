"""The words of registrations' mails, in text and HTML, in the sober tone of the guide's own mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from services.chassis.french import instant_court
from services.contracts.registrations import Contact, RegistrationSaved

PAGE = Markup(
    '<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8"><title>{}</title></head>\n'
    "<body>\n{}\n</body></html>\n"
)
CLOSING = ("Cordialement", "Le Service Gestionnaire")


@dataclass(frozen=True)
class Words:
    """A mail's subject and bodies; `text` and `html` say the same."""

    subject: str
    text: str
    html: str


def modification(saved: RegistrationSaved, saved_at: datetime, public_url: str) -> Words:
    """To the candidate who saved a modification (guide §7)."""
    return _words(
        f"Modification d'inscription : {saved.exam.label}",
        [
            f"La modification de votre inscription a bien été prise en compte le {instant_court(saved_at)} "
            "(heure de Paris).",
            *_reference(saved, with_version=True),
            "Votre confirmation d'inscription a été mise à jour dans votre espace candidat, menu « Mes documents » :",
            public_url,
            "Si vous n'êtes pas à l'origine de cette modification, contactez le service des examens et concours "
            "dont vous dépendez :",
            _contact(saved),
        ],
    )


def correction(saved: RegistrationSaved, saved_at: datetime, public_url: str) -> Words:
    """To the candidate whose civil status the service gestionnaire corrected."""
    return _words(
        f"Modification d'inscription : {saved.exam.label}",
        [
            "Le service gestionnaire a corrigé vos données personnelles sur votre inscription "
            f"le {instant_court(saved_at)} (heure de Paris).",
            f"Motif : {saved.reason}" if saved.reason else "",
            *_reference(saved, with_version=True),
            "Votre confirmation d'inscription a été mise à jour dans votre espace candidat, menu « Mes documents » :",
            public_url,
            "Si vous constatez une erreur, contactez le service des examens et concours dont vous dépendez :",
            _contact(saved),
        ],
    )


def withdrawal(saved: RegistrationSaved, ended_at: datetime, public_url: str) -> Words:
    """To the candidate who is no longer registered (guide §11)."""
    return _words(
        f"Désinscription : {saved.exam.label}",
        [
            f"Votre désinscription a bien été prise en compte le {instant_court(ended_at)} (heure de Paris).",
            *_reference(saved, with_version=False),
            "Cette candidature n'est plus visible dans votre espace candidat. Si vous vous êtes désinscrit par erreur, "
            "vous devez créer une nouvelle candidature depuis le même compte, tant que le service d'inscription "
            "est ouvert :",
            public_url,
            "Pour tout renseignement, vous pouvez contacter le service des examens et concours dont vous dépendez :",
            _contact(saved),
        ],
    )


def _reference(saved: RegistrationSaved, *, with_version: bool) -> tuple[str, ...]:
    specialite = saved.confirmation.specialite
    lines = [
        f"{saved.exam.label} - {saved.session.label} - {saved.academie.label}",
        f"Spécialité : {specialite}" if specialite else "",
        f"N° candidat : {saved.numero_candidat}",
        f"Inscription n° : {saved.numero_inscription}",
        f"Version : {saved.version}" if with_version else "",
    ]
    return ("\n".join(line for line in lines if line),)


def _contact(saved: RegistrationSaved) -> str:
    contact: Contact = saved.academie.contact
    telephone = f"Tél. : {contact.telephone}" if contact.telephone else ""
    lines = (saved.academie.label, contact.title, *contact.lines, telephone, contact.email or "")
    return "\n".join(line for line in lines if line)


def _words(subject: str, paragraphs: Sequence[str]) -> Words:
    """A paragraph may hold line breaks; one that is an address becomes a link."""
    shown = ["Bonjour,", *(paragraph for paragraph in paragraphs if paragraph), "\n".join(CLOSING)]
    body = Markup("\n").join(_paragraph(paragraph) for paragraph in shown)
    return Words(subject, "\n\n".join(shown) + "\n", PAGE.format(subject, body))


def _paragraph(text: str) -> Markup:
    if text.startswith(("https://", "http://")) and "\n" not in text:
        return Markup('<p><a href="{0}">{0}</a></p>').format(text)
    return Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in text.split("\n")))
