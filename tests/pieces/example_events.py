"""The events of registrations about the guide's candidate (§10), and functions that vary them."""

import dataclasses
from datetime import datetime, timedelta
from typing import Any

from services.clock import PARIS
from services.contracts.registrations import AcademieRef, RegistrationSaved, WindowChanged
from tests.documents.example_events import CONTACT, saved
from tests.documents.example_events import PIECES as ASKED

OTHER = "c0ffee00000000000000000000000002"

OPENS = datetime(2021, 10, 4, tzinfo=PARIS)
CLOSES = datetime(2021, 11, 1, tzinfo=PARIS)
DURING = datetime(2021, 10, 5, 15, 59, tzinfo=PARIS)
SECOND = timedelta(seconds=1)
AMIENS = AcademieRef("20", "ACADÉMIE D'AMIENS", CONTACT)
PIECES = tuple(
    dataclasses.replace(piece, group_code=piece.group_code.partition("_")[0]) for piece in ASKED
)
"""Of the regroupements CONFIRMATION, NATIONALITE, CONDITIONS and DOSSIER."""
IDENTITY = next(piece for piece in PIECES if piece.code == "NATIDE06")


def registration_saved(**overrides: Any) -> RegistrationSaved:
    """The guide's registration_saved; keyword arguments replace its fields."""
    return saved(**{"numero_candidat": "02103000001", "pieces": PIECES, **overrides})


def of_others(number: int, **overrides: Any) -> list[RegistrationSaved]:
    """Candidatures of as many other candidates."""
    ids = (
        {"candidature_id": f"dead{each:028}", "candidate_id": f"beef{each:028}"}
        for each in range(number)
    )
    return [registration_saved(**own, **overrides) for own in ids]


def window_changed(
    revision: int, opens: datetime = OPENS, closes: datetime = CLOSES, academie: str = "03"
) -> WindowChanged:
    return WindowChanged("BTS", "2022", academie, revision, opens.isoformat(), closes.isoformat())
