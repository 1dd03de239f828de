"""The events of registrations about the guide's candidate (§10), and functions that vary them."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

from services.chassis.clock import PARIS
from services.contracts.registrations import (
    AcademieRef,
    PieceAsked,
    RegistrationSaved,
    RegistrationWithdrawn,
    WindowChanged,
)
from tests.documents.example_events import CANDIDATE, CANDIDATURE, CONTACT, piece, saved

OTHER = "c0ffee00000000000000000000000002"

OPENS = datetime(2021, 10, 4, tzinfo=PARIS)
CLOSES = datetime(2021, 11, 1, tzinfo=PARIS)
DURING = datetime(2021, 10, 5, 15, 59, tzinfo=PARIS)
SECOND = timedelta(seconds=1)


def asked_piece(code: str, label: str, group: str, group_label: str, **overrides: Any) -> PieceAsked:
    dates = {"deposit_opens": OPENS.isoformat(), "deposit_closes": CLOSES.isoformat()}
    return dataclasses.replace(piece(code, label, group_label, **{**dates, **overrides}), group_code=group)


SIGNED = asked_piece("CINSIG03", "Confirmation d'inscription signée", "CONFIRMATION", "Confirmation d'inscription")
IDENTITY = asked_piece("NATIDE06", "Document justifiant l'identité", "NATIONALITE", "Nationalité")
ATTESTATION = asked_piece("BTSETAS4", "Attestation de formation", "CONDITIONS", "Conditions réglementaires")
ENGAGEMENT = asked_piece("BTSEE-EF3", "Demande de reconnaissance", "DOSSIER", "Dossier épreuve", form="ENGAGEMENT")
LIVRET = asked_piece("BTSLIVCOMP", "Livret de compétences", "DOSSIER", "Dossier épreuve")
PRESENCE = asked_piece("BTSPRESENT-BQ", "Attestation de présence", "DOSSIER", "Dossier épreuve", required=False)
PIECES = (SIGNED, IDENTITY, ATTESTATION, ENGAGEMENT, LIVRET, PRESENCE)


def registration_saved(**overrides: Any) -> RegistrationSaved:
    """The guide's registration_saved; keyword arguments replace its fields."""
    return saved(**{"numero_candidat": "02103000001", "pieces": PIECES, **overrides})


def academie(code: str, label: str) -> AcademieRef:
    return AcademieRef(code, label, CONTACT)


def registration_withdrawn(version: int = 1, candidature_id: str = CANDIDATURE) -> RegistrationWithdrawn:
    return RegistrationWithdrawn(candidature_id, CANDIDATE, version, "2021-10-06T08:00:00+00:00")


def window_changed(
    revision: int, opens: datetime = OPENS, closes: datetime = CLOSES, academie: str = "03"
) -> WindowChanged:
    return WindowChanged("BTS", "2022", academie, revision, opens.isoformat(), closes.isoformat())
