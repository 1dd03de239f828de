"""The events of registrations about the guide's candidate (§10), and functions that vary them."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

from services.chassis.clock import PARIS
from services.contracts.accounts import Identity
from services.contracts.file_rules import FORMATS
from services.contracts.registrations import (
    AcademieRef,
    Confirmation,
    Contact,
    ExamRef,
    PieceAsked,
    RegistrationSaved,
    RegistrationWithdrawn,
    SessionRef,
    WindowChanged,
)

CANDIDATE = "c0ffee00000000000000000000000001"
OTHER = "c0ffee00000000000000000000000002"
CANDIDATURE = "cafe0000000000000000000000000001"

OPENS = datetime(2021, 10, 4, tzinfo=PARIS)
CLOSES = datetime(2021, 11, 1, tzinfo=PARIS)
DURING = datetime(2021, 10, 5, 15, 59, tzinfo=PARIS)
SECOND = timedelta(seconds=1)


def asked_piece(code: str, label: str, group: str, group_label: str, **overrides: Any) -> PieceAsked:
    values: dict[str, Any] = {
        "required": True,
        "formats": FORMATS,
        "form": None,
        "deposit_opens": OPENS.isoformat(),
        "deposit_closes": CLOSES.isoformat(),
        **overrides,
    }
    return PieceAsked(code=code, label=label, group_code=group, group_label=group_label, **values)


SIGNED = asked_piece("CINSIG03", "Confirmation d'inscription signée", "CONFIRMATION", "Confirmation d'inscription")
IDENTITY = asked_piece("NATIDE06", "Document justifiant l'identité", "NATIONALITE", "Nationalité")
ATTESTATION = asked_piece("BTSETAS4", "Attestation de formation", "CONDITIONS", "Conditions réglementaires")
ENGAGEMENT = asked_piece("BTSEE-EF3", "Demande de reconnaissance", "DOSSIER", "Dossier épreuve", form="ENGAGEMENT")
LIVRET = asked_piece("BTSLIVCOMP", "Livret de compétences", "DOSSIER", "Dossier épreuve")
PRESENCE = asked_piece("BTSPRESENT-BQ", "Attestation de présence", "DOSSIER", "Dossier épreuve", required=False)
PIECES = (SIGNED, IDENTITY, ATTESTATION, ENGAGEMENT, LIVRET, PRESENCE)

CONTACT = Contact("Recteur", ("1 chemin de l'olivier", "25000 BESANCON"), "0303030303", None)

CONFIRMATION = Confirmation(
    title="CONFIRMATION D'INSCRIPTION",
    nationalite="Française",
    address=("1 rue du port", "25000 BESANCON"),
    birthplace="TROYES - 010",
    telephone=None,
    mobile=None,
    vae=False,
    etablissement=None,
    categorie="FORMATION CONTINUE (320)",
    handicap=False,
    diplome=None,
    return_by=None,
    specialite="Banque - conseiller de clientèle (31310)",
    forme="Globale",
    deja_presente=None,
)

DUBOIS = Identity(
    version=1,
    civilite="MONSIEUR",
    nom_famille="DUBOIS",
    nom_usage=None,
    prenoms="Pierre",
    date_naissance="2002-01-01",
    pays_naissance="100",
    departement_naissance="010",
    commune_naissance="TROYES",
    email="pdubois@ac-rennes.fr",
)


def registration_saved(**overrides: Any) -> RegistrationSaved:
    """The guide's registration_saved; keyword arguments replace its fields."""
    event = RegistrationSaved(
        candidature_id=CANDIDATURE,
        candidate_id=CANDIDATE,
        version=1,
        saved_at="2021-10-04T12:08:00+00:00",
        numero_candidat="02103000001",
        numero_inscription="001",
        exam=ExamRef("BTS", "BREVET DE TECHNICIEN SUPERIEUR", "Examen"),
        session=SessionRef("2022", "BTS 2022", "2022-06", "2022-08", "2022-12-30T23:00:00+00:00"),
        academie=academie("03", "ACADÉMIE DE BESANCON"),
        closes_at="2021-10-25T10:00:00+00:00",
        identity=DUBOIS,
        recap=(),
        epreuves=(),
        confirmation=CONFIRMATION,
        demande_text=(),
        pieces=PIECES,
        forms=(),
    )
    return dataclasses.replace(event, **overrides)


def academie(code: str, label: str) -> AcademieRef:
    return AcademieRef(code, label, CONTACT)


def registration_withdrawn(version: int = 1, candidature_id: str = CANDIDATURE) -> RegistrationWithdrawn:
    return RegistrationWithdrawn(candidature_id, CANDIDATE, version, "2021-10-06T08:00:00+00:00")


def window_changed(
    revision: int, opens: datetime = OPENS, closes: datetime = CLOSES, academie: str = "03"
) -> WindowChanged:
    return WindowChanged("BTS", "2022", academie, revision, opens.isoformat(), closes.isoformat())
