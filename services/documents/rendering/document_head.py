"""The head that all documents of a candidature have (guide §6), and texts that several of them print."""

from __future__ import annotations

import re
from datetime import datetime

from services.chassis import french
from services.contracts.registrations import Contact, RegistrationSaved
from services.documents.rendering.sheet import Field, Head
from services.reference import telephones

_ACADEMIE = re.compile(r"(ACADÉMIE (?:DE LA|DE L'|DES|DE|DU|D'))\s*(.+)", re.IGNORECASE)


def head_of(event: RegistrationSaved, title: str, *, with_version: bool) -> Head:
    """The head of this candidature's documents; `with_version` adds « Version : 1 du 04/10/2021 à 14:08 »."""
    saved = french.short_instant(datetime.fromisoformat(event.saved_at))
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
    """« ACADÉMIE DE » over « BESANCON », as the letterhead breaks the line; any other label stays on one line."""
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
    """« 06 06 06 06 06 », « +33 6 06 06 06 06 », whatever the spaces of `number`; foreign numbers as they are."""
    compact = re.sub(r"\s", "", number)
    displayed = telephones.displayed(compact)
    return number if displayed == compact else displayed


def yes_no(answer: bool) -> str:
    return "OUI" if answer else "NON"
