"""The head that every document of a candidature shares (guide §6), and the texts that recur in them."""

from __future__ import annotations

import re
from datetime import datetime

from services.chassis import french
from services.contracts.registrations import Contact, RegistrationSaved
from services.documents.rendering.sheet import Field, Head

_NATIONAL = re.compile(r"0[1-9][0-9]{8}")
_FRENCH_ABROAD = re.compile(r"\+33[1-9][0-9]{8}")
_ACADEMIE = re.compile(r"(ACADÉMIE (?:DE LA|DE L'|DES|DE|DU|D'))\s*(.+)", re.IGNORECASE)


def head_of(event: RegistrationSaved, title: str, *, with_version: bool) -> Head:
    """The head of this candidature's documents; `with_version` adds « Version : 1 du 04/10/2021 à 14:08 »."""
    saved = french.instant_court(datetime.fromisoformat(event.saved_at))
    return Head(
        academie=academie_lines(event.academie.label),
        title=title,
        exam=event.exam.label,
        version_line=f"Version : {event.version} du {saved}" if with_version else None,
        numbers=(
            Field("N° candidat", event.numero_candidat),
            Field("Inscription n°", event.numero_inscription),
            Field("Session", event.session.code_pdf),
        ),
        contact=contact_lines(event.academie.contact),
        addressee=(candidate_name(event), *event.confirmation.address),
    )


def candidate_name(event: RegistrationSaved) -> str:
    """« MONSIEUR DUBOIS Pierre »"""
    identity = event.identity
    return f"{identity.civilite} {identity.nom_famille} {identity.prenoms}"


def academie_lines(label: str) -> tuple[str, ...]:
    """« ACADÉMIE DE » over « BESANCON », as the letterhead breaks it; any other label stays in one piece."""
    match = _ACADEMIE.fullmatch(label)
    return (match[1], match[2]) if match else (label,)


def contact_lines(contact: Contact) -> tuple[str, ...]:
    """The service gestionnaire's title, address, « Tél : » and « Mél : », top to bottom."""
    lines = [contact.title, *contact.lines]
    if contact.telephone:
        lines.append(f"Tél : {telephone(contact.telephone)}")
    if contact.email:
        lines.append(f"Mél : {contact.email}")
    return tuple(lines)


def telephone(number: str) -> str:
    """« 06 06 06 06 06 », « +33 6 06 06 06 06 »; foreign numbers as they are."""
    compact = re.sub(r"\s", "", number)
    if _NATIONAL.fullmatch(compact):
        return _pairs(compact)
    if _FRENCH_ABROAD.fullmatch(compact):
        return f"+33 {compact[3]} {_pairs(compact[4:])}"
    return number


def _pairs(digits: str) -> str:
    return " ".join(digits[start : start + 2] for start in range(0, len(digits), 2))


def yes_no(answer: bool) -> str:
    return "OUI" if answer else "NON"
