"""Reads the account's forms as a whole: civil status, contact and password, or all mistakes
together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.accounts.domain import civil_status, emails, passwords
from services.accounts.domain.civil_status import CivilStatus
from services.accounts.domain.form_reader import FormReader
from services.accounts.domain.passwords import Profile

_BIRTHPLACE_FIELDS = (
    "ville_naissance",
    "commune_naissance",
    "commune_hors_liste",
    "commune_naissance_libre",
)


@dataclass(frozen=True)
class NewAccount:
    """`password`: empty where a provider's identity opens the account."""

    civil_status: CivilStatus
    email: str
    password: str


@dataclass(frozen=True)
class Changes:
    """The changes that « Modifier mes informations » asks for; None where nothing changes."""

    civil_status: CivilStatus | None
    email: str | None
    password: str | None
    current_password: str


def read_new(values: Mapping[str, object], *, today: date, profile: Profile | None) -> NewAccount:
    """Read « Formulaire de création »; without a profile no password is chosen. Raises Invalid with
    every mistake."""
    reader = FormReader(values)
    status = civil_status.read(reader, today)
    email = emails.read_confirmed(reader)
    typed = [reader.text(name) for name in ("nom_famille", "nom_usage", "prenoms")]
    known = status.known_words if status else typed
    password = passwords.read_confirmed(reader, profile, known) if profile else ""
    if status is None or reader.has_mistakes:
        raise reader.error()
    return NewAccount(status, email, password)


def read_changes(
    values: Mapping[str, object],
    *,
    today: date,
    profile: Profile,
    current: CivilStatus,
    current_email: str,
    frozen: bool,
    wrong_password: str = "",
) -> Changes:
    """Read « Modifier mes informations »: what differs from the current account; a frozen civil
    status is not read. `today`: in Paris; `wrong_password`: what is wrong with the current password
    that was typed. Raises Invalid with every mistake."""
    reader = FormReader(values, typed_values(current, current_email))
    status = None if frozen else civil_status.read(reader, today)
    email = emails.read_confirmed(reader)
    wants_email = _wants_email(reader, current_email)
    wants_password = _wants_password(reader)
    known = (*current.known_words, *(status.known_words if status else ()))
    password = passwords.read_confirmed(reader, profile, known) if wants_password else None
    typed = reader.raw("current_password")
    if (wants_email or wants_password) and not typed:
        reader.add_mistake(
            "current_password",
            "Saisissez votre mot de passe actuel : il est demandé pour ce changement.",
        )
    elif wrong_password:
        reader.add_mistake("current_password", wrong_password)
    reader.refuse_mistakes()
    return Changes(
        status if status != current else None, email if wants_email else None, password, typed
    )


def read_correction(
    values: Mapping[str, object], *, today: date, current: CivilStatus | None = None
) -> CivilStatus:
    """Read a civil status corrected by staff, who type no confirmation. Raises Invalid with every
    mistake."""
    reader = FormReader(values, civil_status_values(current) if current else None)
    status = civil_status.read(reader, today, has_confirmations=False)
    if status is None:
        raise reader.error()
    return status


def changes_civil_status(values: Mapping[str, object], current: CivilStatus) -> bool:
    """Tell whether a field of the civil status was sent with another value; pages do not send
    disabled fields."""
    shown = dict.fromkeys(_BIRTHPLACE_FIELDS, "") | civil_status_values(current)
    return any(values.get(name, value) != value for name, value in shown.items())


def changes_credentials(values: Mapping[str, object], current_email: str) -> bool:
    """Tell whether another address or a password was typed, for which the current password is
    asked."""
    reader = FormReader(values)
    return _wants_email(reader, current_email) or _wants_password(reader)


def _wants_email(reader: FormReader, current_email: str) -> bool:
    return emails.key_of(reader.text("email")) != emails.key_of(current_email)


def _wants_password(reader: FormReader) -> bool:
    return bool(reader.raw("password") or reader.raw("password_confirmation"))


def typed_values(status: CivilStatus, email: str) -> dict[str, str]:
    """Return the account as values of its form, confirmations filled in (guide §4)."""
    return {**civil_status_values(status), "email": email, "email_confirmation": email}


def civil_status_values(status: CivilStatus) -> dict[str, str]:
    """Return the civil status as values of its form, confirmations filled in."""
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
    }
    if place.departement is None:
        return {**values, "ville_naissance": place.commune}
    if place.hors_liste:
        return {**values, "commune_hors_liste": "oui", "commune_naissance_libre": place.commune}
    return {**values, "commune_naissance": place.commune}
