"""Reads the account's forms as a whole: civil status, address and password, or all mistakes together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.accounts.domain import civil_status, emails, passwords
from services.accounts.domain.civil_status import CivilStatus
from services.accounts.domain.form_reader import FormReader
from services.accounts.domain.passwords import Profile


@dataclass(frozen=True)
class NewAccount:
    civil_status: CivilStatus
    email: str
    password: str


@dataclass(frozen=True)
class Changes:
    """What « Modifier mes informations » asks for; None where nothing changes."""

    civil_status: CivilStatus | None
    email: str | None
    password: str | None
    current_password: str

    @property
    def needs_password(self) -> bool:
        """Whether the current password must be typed."""
        return self.email is not None or self.password is not None


def read_new(values: Mapping[str, Any], *, today: date, profile: Profile) -> NewAccount:
    """« Formulaire de création ». Raises Invalid with every mistake."""
    reader = FormReader(values)
    status = civil_status.read(reader, today)
    email = emails.read_confirmed(reader)
    password = passwords.read_confirmed(reader, profile)
    if status is None or email is None or password is None:
        raise reader.error()
    return NewAccount(status, email, password)


def read_changes(
    values: Mapping[str, Any],
    *,
    today: date,
    profile: Profile,
    current: CivilStatus,
    current_email: str,
    frozen: bool,
) -> Changes:
    """« Modifier mes informations »: what differs from the current account; a frozen civil status is not read.

    `today` in Paris. Raises Invalid with every mistake.
    """
    reader = FormReader(values, typed_values(current, current_email))
    status = None if frozen else civil_status.read(reader, today)
    email = emails.read_confirmed(reader)
    wants_email = emails.key_of(reader.text("email")) != emails.key_of(current_email)
    wants_password = bool(reader.raw("password") or reader.raw("password_confirmation"))
    password = passwords.read_confirmed(reader, profile) if wants_password else None
    typed = reader.raw("current_password")
    if (wants_email or wants_password) and not typed:
        reader.add_mistake(
            "current_password", "Saisissez votre mot de passe actuel : il est demandé pour ce changement."
        )
    if reader.has_mistakes:
        raise reader.error()
    return Changes(status if status != current else None, email if wants_email else None, password, typed)


def read_correction(values: Mapping[str, Any], *, today: date, current: CivilStatus | None = None) -> CivilStatus:
    """A civil status corrected by staff, who type no confirmation. Raises Invalid with every mistake."""
    reader = FormReader(values, typed_values(current, "") if current else None)
    status = civil_status.read(reader, today, has_confirmations=False)
    if status is None:
        raise reader.error()
    return status


def typed_values(status: CivilStatus, email: str) -> dict[str, str]:
    """The account as values of its form, confirmations filled in (guide §4)."""
    place = status.naissance
    birth_date = status.date_naissance.strftime("%d/%m/%Y")
    values = {
        "civilite": status.civilite,
        "nom_famille": status.nom_famille,
        "nom_famille_confirmation": status.nom_famille,
        "nom_usage": status.nom_usage or "",
        "prenoms": status.prenoms,
        "date_naissance": birth_date,
        "date_naissance_confirmation": birth_date,
        "pays_naissance": place.pays,
        "departement_naissance": place.departement or "",
        "email": email,
        "email_confirmation": email,
    }
    if place.departement is None:
        return {**values, "ville_naissance": place.commune}
    if place.hors_liste:
        return {**values, "commune_hors_liste": "oui", "commune_naissance_libre": place.commune}
    return {**values, "commune_naissance": place.commune}
