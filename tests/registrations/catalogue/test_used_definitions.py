"""A catalogue that is loaded keeps what candidatures and drafts use of the one before."""

from __future__ import annotations

from dataclasses import replace

from services.registrations.catalogue.replacement import UsedOpening, with_used_definitions
from tests.registrations.domain.example_dossier import BTS


def test_a_specialite_in_use_stays_and_no_other_that_is_gone() -> None:
    used, _, *others = BTS.specialites
    new = replace(BTS, specialites=tuple(others))
    kept = with_used_definitions(new, BTS, [UsedOpening("2022", "03", used.code), UsedOpening("2022", "03", None)])
    assert [specialite.code for specialite in kept.specialites] == [entry.code for entry in (*others, used)]
