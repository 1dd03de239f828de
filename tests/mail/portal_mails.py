"""Each mail that the portal sends, written for the guide's candidate."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from services.accounts import mail_texts
from services.contracts.registrations import RegistrationSaved
from services.mail.letter import Letter
from services.registrations import mails as of_registrations
from services.registrations.mails import Subject

SAMPLE = Path(__file__).parents[1] / "contracts" / "samples" / f"{RegistrationSaved.TYPE}.json"
AT = datetime(2021, 10, 4, 12, 8, tzinfo=UTC)
URL = "https://portail.example"
TOKEN = "QmlubmV0LUxhdXJlbnQtMjAwMS1DYWVuLTE0LWF0dGVudGU"


def _about(reason: str | None = None) -> Subject:
    saved = RegistrationSaved.from_data(json.loads(SAMPLE.read_text(encoding="utf-8")))
    return Subject(saved, AT, reason, URL)


LETTERS: dict[str, Letter] = {
    "activation": mail_texts.activation_mail(f"{URL}/compte/activation/{TOKEN}"),
    "compte-existant": mail_texts.known_address_mail(f"{URL}/connexion"),
    "adresse-demandee": mail_texts.address_requested_by_other_mail(f"{URL}/connexion"),
    "tentatives": mail_texts.failed_logins_mail(AT, f"{URL}/compte/mot-de-passe-oublie"),
    "mot-de-passe": mail_texts.password_reset_mail(f"{URL}/compte/mot-de-passe/{TOKEN}"),
    "nouvelle-adresse": mail_texts.email_change_confirmation_mail(f"{URL}/compte/adresse/{TOKEN}"),
    "adresse-a-annuler": mail_texts.email_change_requested_mail(AT, f"{URL}/compte/annulation/{TOKEN}"),
    "adresse-modifiee": mail_texts.email_changed_mail(AT, f"{URL}/un-probleme"),
    "modification": of_registrations.modification(_about()),
    "correction": of_registrations.correction(_about("Pièce d'identité reçue")),
    "desinscription": of_registrations.withdrawal(_about()),
    "candidature-ecartee": of_registrations.ecart(_about("Titre requis non fourni")),
}
