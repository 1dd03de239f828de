"""Each mail that the portal sends, written for the guide's candidate."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from services.accounts import mail_texts as of_accounts
from services.contracts.pieces import MissingGroup, MissingPiece
from services.contracts.registrations import RegistrationSaved
from services.mail.letter import Letter
from services.registrations import mail_texts as of_registrations
from services.registrations.mail_texts import IncompleteContext, MailContext
from tests.registrations.domain.example_dossier import BESANCON, BTS

SAMPLE = Path(__file__).parents[1] / "contracts" / "samples" / f"{RegistrationSaved.TYPE}.json"
AT = datetime(2021, 10, 4, 12, 8, tzinfo=UTC)
URL = "https://portail.example"
TOKEN = "QmlubmV0LUxhdXJlbnQtMjAwMS1DYWVuLTE0LWF0dGVudGU"


def _context(reason: str | None = None) -> MailContext:
    saved = RegistrationSaved.from_data(json.loads(SAMPLE.read_text(encoding="utf-8")))
    return MailContext(saved, AT, reason, URL)


def _incomplete(refused: bool) -> IncompleteContext:
    comment = "La signature manque." if refused else None
    piece = MissingPiece("NATIDE06", "Document justifiant l'identité", refused, comment)
    return IncompleteContext(_context().saved, (MissingGroup("Nationalité", "2021-10-31T23:00:00+00:00", (piece,)),))


LETTERS: dict[str, Letter] = {
    "activation_mail": of_accounts.activation_mail(f"{URL}/compte/activation/{TOKEN}"),
    "known_address_mail": of_accounts.known_address_mail(f"{URL}/connexion"),
    "address_requested_by_other_mail": of_accounts.address_requested_by_other_mail(f"{URL}/connexion"),
    "failed_logins_mail": of_accounts.failed_logins_mail(AT, f"{URL}/compte/mot-de-passe-oublie"),
    "password_reset_mail": of_accounts.password_reset_mail(f"{URL}/compte/mot-de-passe/{TOKEN}"),
    "email_change_confirmation_mail": of_accounts.email_change_confirmation_mail(f"{URL}/compte/adresse/{TOKEN}"),
    "email_change_requested_mail": of_accounts.email_change_requested_mail(AT, f"{URL}/compte/annulation/{TOKEN}"),
    "email_changed_mail": of_accounts.email_changed_mail(AT, f"{URL}/un-probleme"),
    "staff_invitation_mail": of_accounts.staff_invitation_mail(f"{URL}/gestion/invitation/{TOKEN}"),
    "second_factor_reset_mail": of_accounts.second_factor_reset_mail(f"{URL}/gestion/invitation/{TOKEN}"),
    "modification_mail": of_registrations.modification_mail(_context()),
    "correction_mail": of_registrations.correction_mail(_context("Pièce d'identité reçue")),
    "withdrawal_mail": of_registrations.withdrawal_mail(_context()),
    "reminder_mail": of_registrations.reminder_mail([_incomplete(False)], AT, URL),
    "refusal_mail": of_registrations.refusal_mail(_incomplete(True), AT, URL),
    "draft_reminder_mail": of_registrations.draft_reminder_mail(BTS, "BTS 2022", BESANCON, URL),
    "ecart_mail": of_registrations.ecart_mail(_context("Titre requis non fourni")),
}
