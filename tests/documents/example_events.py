"""The candidature of the guide's example (§6) as registrations publishes it, and ways to vary
it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from services.contracts.accounts import Identity
from services.contracts.base import Contract
from services.contracts.pieces import (
    IncompleteCandidature,
    MissingGroup,
    MissingPiece,
    PiecesReminded,
)
from services.contracts.registrations import (
    EpreuveLine,
    FormOffered,
    RegistrationSaved,
    RegistrationWithdrawn,
)
from tests.support import tokens

CANDIDATE = "c0ffee00000000000000000000000001"
CANDIDATURE = "cafe0000000000000000000000000001"


Event = TypeVar("Event", bound=Contract)
SAMPLES = Path(__file__).parents[1] / "contracts" / "samples"


def sample(event: type[Event]) -> Event:
    """An event as its producer publishes it."""
    return event.from_data(json.loads((SAMPLES / f"{event.TYPE}.json").read_text(encoding="utf-8")))


GUIDE = sample(RegistrationSaved)
EPREUVES = GUIDE.epreuves
PIECES = tuple(
    replace(piece, form=piece.form and "ENGAGEMENT", required=piece.code != "BTSPRESENT-BQ")
    for piece in GUIDE.pieces
)
CONTACT = replace(GUIDE.academie.contact, telephone="0303030303")
CONFIRMATION = replace(GUIDE.confirmation, mobile="0606060606")


def epreuve(code: str, label: str, **given: Any) -> EpreuveLine:
    """An épreuve « Inscrit », « Ponctuel », mandatory, unless `given` says otherwise."""
    return replace(EPREUVES[0], **{"code": code, "label": label, "unit": None, **given})


FORM = FormOffered(
    code="ENGAGEMENT",
    title="Demande de reconnaissance de l'engagement étudiant",
    paragraphs=(
        (
            "Le candidat qui demande la reconnaissance de son engagement décrit ci-dessous "
            "l'activité exercée."
        ),
        "Le formulaire complété et signé est déposé dans « Mes justificatifs ».",
    ),
    blanks=("Nature de l'activité", "Organisme d'accueil", "Période", "Compétences acquises"),
    in_menu=False,
)

REFUSED_PIECE = MissingPiece(
    "BTSETAS4", "Attestation de formation", refused=True, comment="La signature manque."
)
MISSING_PIECE = MissingPiece(
    "NATIDE06", "Document justifiant l'identité", refused=False, comment=None
)
GIVEN_PIECE = MissingPiece(
    "CINSIG03", "Confirmation d'inscription signée", False, None, to_validate=True
)
MISSING = (
    MissingGroup("Conditions réglementaires", "2021-11-09T23:00:00+00:00", (REFUSED_PIECE,)),
    MissingGroup("Nationalité", "2021-10-31T23:00:00+00:00", (MISSING_PIECE, GIVEN_PIECE)),
)


def identity(**given: Any) -> Identity:
    return Identity(**{**tokens.DUBOIS, **given})


def saved(**given: Any) -> RegistrationSaved:
    """The guide's registration_saved; keyword arguments replace its fields."""
    own = {
        "candidature_id": CANDIDATURE,
        "candidate_id": CANDIDATE,
        "numero_candidat": "62141027040",
    }
    said = {
        "saved_at": "2021-10-04T12:08:00+00:00",
        "identity": identity(),
        "confirmation": CONFIRMATION,
    }
    asked = {
        "academie": replace(GUIDE.academie, contact=CONTACT),
        "pieces": PIECES,
        "forms": (FORM,),
    }
    return replace(GUIDE, **{**own, **said, **asked, **given})


def with_confirmation(**given: Any) -> RegistrationSaved:
    """The guide's event whose confirmation says something else."""
    return saved(confirmation=replace(CONFIRMATION, **given))


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
    """A reminder of two missing pieces of the example, one of them refused; of these candidatures
    instead."""
    lacking = tuple(
        IncompleteCandidature(candidature, 1, MISSING)
        for candidature in candidatures or (CANDIDATURE,)
    )
    return PiecesReminded(CANDIDATE, "2021-10-24T07:00:00+00:00", lacking)
