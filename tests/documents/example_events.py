"""The candidature of the guide's example (§6) as registrations publishes it, and ways to vary it."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

from services.contracts.accounts import Identity
from services.contracts.file_rules import FORMATS
from services.contracts.pieces import IncompleteCandidature, MissingGroup, MissingPiece, PiecesReminded
from services.contracts.registrations import (
    AcademieRef,
    Confirmation,
    Contact,
    EpreuveLine,
    ExamRef,
    FormOffered,
    Line,
    PieceAsked,
    RegistrationSaved,
    RegistrationWithdrawn,
    Section,
    SessionRef,
)
from tests.support import tokens

CANDIDATE = "c0ffee00000000000000000000000001"
CANDIDATURE = "cafe0000000000000000000000000001"


def epreuve(code: str, label: str, **given: Any) -> EpreuveLine:
    """An épreuve « Inscrit », « Ponctuel », mandatory, unless `given` says otherwise."""
    values: dict[str, Any] = {
        "option": None,
        "unit": None,
        "parent": None,
        "mandatory": True,
        "position": "inscrit",
        "position_label": "Inscrit",
        "mode_label": "Ponctuel",
        "mark": None,
        "hidden_on_pdf": False,
        **given,
    }
    return EpreuveLine(code=code, label=label, **values)


def piece(code: str, label: str, group: str, **given: Any) -> PieceAsked:
    values: dict[str, Any] = {
        "required": True,
        "formats": FORMATS,
        "form": None,
        "deposit_opens": "2021-10-03T22:00:00+00:00",
        "deposit_closes": "2021-10-31T23:00:00+00:00",
        **given,
    }
    return PieceAsked(code=code, label=label, group_code=group.upper(), group_label=group, **values)


EPREUVES = (
    epreuve("E1", "Culture générale et expression", unit="U1"),
    epreuve("E2", "Langue vivante 1", option="Anglais", unit="U2"),
    epreuve("E2-A", "Langue vivante 1 : Écrite", option="Anglais", parent="E2", hidden_on_pdf=True),
    epreuve("E2-B", "Langue vivante 1 : Orale", option="Anglais", parent="E2", hidden_on_pdf=True),
    epreuve("E3", "Gestion de la relation client", unit="U3"),
    epreuve("E4", "Dévelop.suivi.activ.commercia.", mode_label=None),
    epreuve("E4-A", "Étude de cas", unit="U41", parent="E4"),
    epreuve("E4-B", "Analyse situation commerciale", unit="U42", parent="E4"),
    epreuve("E5", "Env.éco.jur.orga.activ.bancai.", unit="U5"),
    epreuve("C-ANGL", "Certification en langue anglaise", unit="ANG"),
    epreuve("EF1", "Langue vivante 2", option="Allemand", unit="UF1", mandatory=False),
    epreuve(
        "EF2",
        "Certification professionnelle",
        unit="UF2",
        mandatory=False,
        position="non_inscrit",
        position_label="Non Inscrit",
        mode_label=None,
    ),
    epreuve("EF3", "Engagement étudiant", unit="UF3", mandatory=False),
)

PIECES = (
    piece("CINSIG03", "Confirmation d'inscription signée", "Confirmation d'inscription"),
    piece("NATIDE06", "Document justifiant l'identité", "Nationalité"),
    piece(
        "BTSETAS4",
        "Attestation de formation du centre de formation - formation continue",
        "Conditions réglementaires",
    ),
    piece("BTSEE-EF3", "Demande de reconnaissance de l'engagement étudiant", "Dossier épreuve", form="ENGAGEMENT"),
    piece("BTSLIVCOMP", "Livret de compétences", "Dossier épreuve"),
    piece("BTSPRESENT-BQ", "Attestation de présence en entreprise", "Dossier épreuve", required=False),
)

FORM = FormOffered(
    code="ENGAGEMENT",
    title="Demande de reconnaissance de l'engagement étudiant",
    paragraphs=(
        "Le candidat qui demande la reconnaissance de son engagement décrit ci-dessous l'activité exercée.",
        "Le formulaire complété et signé est déposé dans « Mes justificatifs ».",
    ),
    blanks=("Nature de l'activité", "Organisme d'accueil", "Période", "Compétences acquises"),
    in_menu=False,
)

REFUSED_PIECE = MissingPiece("BTSETAS4", "Attestation de formation", refused=True, comment="La signature manque.")
MISSING_PIECE = MissingPiece("NATIDE06", "Document justifiant l'identité", refused=False, comment=None)
MISSING = (
    MissingGroup("Conditions réglementaires", "2021-11-09T23:00:00+00:00", (REFUSED_PIECE,)),
    MissingGroup("Nationalité", "2021-10-31T23:00:00+00:00", (MISSING_PIECE,)),
)

CONTACT = Contact(
    title="Recteur",
    lines=("1 chemin de l'olivier", "25000 BESANCON"),
    telephone="0303030303",
    email="rectBesancon@ac-besancon.fr",
)

CONFIRMATION = Confirmation(
    title="CONFIRMATION D'INSCRIPTION",
    nationalite="Française",
    address=("1 rue du port", "25000 BESANCON"),
    birthplace="TROYES - 010",
    telephone=None,
    mobile="0606060606",
    vae=False,
    etablissement="LP P.ADRIEN PARIS - BESANCON (0250013D)",
    categorie="FORMATION CONTINUE (320)",
    handicap=False,
    diplome="BACCALAURÉAT GÉNÉRAL Bac général (00012)",
    return_by="2021-10-31",
    specialite="Banque - conseiller de clientèle (31310)",
    forme="Globale",
    deja_presente="2021",
)


def identity(**given: Any) -> Identity:
    return Identity(**{**tokens.DUBOIS, **given})


def saved(**given: Any) -> RegistrationSaved:
    """The guide's registration_saved; keyword arguments replace its fields."""
    event = RegistrationSaved(
        candidature_id=CANDIDATURE,
        candidate_id=CANDIDATE,
        version=1,
        saved_at="2021-10-04T12:08:00+00:00",
        numero_candidat="62141027040",
        numero_inscription="001",
        exam=ExamRef("BTS", "BREVET DE TECHNICIEN SUPERIEUR", "Examen"),
        session=SessionRef("2022", "BTS 2022", "2022-06", "2022-08", "2022-12-30T23:00:00+00:00"),
        academie=AcademieRef("03", "ACADÉMIE DE BESANCON", CONTACT),
        closes_at="2021-10-25T10:00:00+00:00",
        identity=identity(),
        recap=(Section("Qualification présentée", (Line("Spécialité", "Banque - conseiller de clientèle"),)),),
        epreuves=EPREUVES,
        confirmation=CONFIRMATION,
        demande_text=(
            "Vous devez déposer en ligne les pièces énumérées ci-dessous, dans le menu « Mes justificatifs ».",
            "Tout dossier incomplet à la date limite peut entraîner le rejet de votre candidature.",
        ),
        pieces=PIECES,
        forms=(FORM,),
    )
    return dataclasses.replace(event, **given)


def with_confirmation(**given: Any) -> RegistrationSaved:
    """The guide's event whose confirmation says something else."""
    return saved(confirmation=dataclasses.replace(CONFIRMATION, **given))


def withdrawn(version: int = 1, candidature_id: str = CANDIDATURE) -> RegistrationWithdrawn:
    """The guide's candidate withdraws."""
    return RegistrationWithdrawn(
        candidature_id=candidature_id,
        candidate_id=CANDIDATE,
        version=version,
        withdrawn_at="2021-10-05T08:00:00+00:00",
    )


def ecartee(version: int = 1) -> RegistrationWithdrawn:
    """The service gestionnaire sets the candidature aside."""
    return replace(withdrawn(version), ecartee=True)


def reminded(*candidatures: str) -> PiecesReminded:
    """A reminder of two missing pieces of the example, one of them refused; of these candidatures instead."""
    lacking = tuple(IncompleteCandidature(candidature, 1, MISSING) for candidature in candidatures or (CANDIDATURE,))
    return PiecesReminded(CANDIDATE, "2021-10-24T07:00:00+00:00", lacking)
