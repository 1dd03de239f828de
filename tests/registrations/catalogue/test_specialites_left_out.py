"""Every spécialité of the nomenclature is written for all its sessions, or the README says what is missing and why.

`bcn.csv`: the spécialités of the nomenclature BCN with a session since 2022 (data of the ministry, Licence Ouverte).
"""

import csv
import re
from pathlib import Path

from tests.registrations.catalogue.bts_dossiers import BTS, ROOT

NOMENCLATURE = (Path(__file__).parent / "bcn.csv").read_text(encoding="utf-8")
BCN = {row["code"]: row for row in csv.DictReader(NOMENCLATURE.splitlines(), delimiter=";")}
_, PARTLY, LEFT_OUT = re.split("### .*\n", (ROOT / "README.md").read_text(encoding="utf-8"))


def codes(text: str) -> list[str]:
    return re.findall(r"\b\d{5}\b", text)


def sessions(first: int | None, last: int | None) -> set[int]:
    return set(range(first or 1960, (last or 2030) + 1))


def of_the_nomenclature(code: str) -> set[int]:
    row = BCN[code]
    return sessions(int(row["premiere_session"]), int(row["derniere_session"] or 0) or None)


def test_each_is_written_or_left_out_with_a_reason() -> None:
    written = {specialite.code for specialite in BTS.specialites}
    assert sorted([*written, *codes(LEFT_OUT)]) == sorted(BCN)


def test_none_is_written_for_a_session_that_the_nomenclature_does_not_give() -> None:
    for specialite in BTS.specialites:
        assert sessions(specialite.first_session, specialite.last_session) <= of_the_nomenclature(specialite.code), (
            specialite.label
        )


def test_those_written_for_fewer_sessions_say_what_is_missing() -> None:
    fewer = {
        specialite.code
        for specialite in BTS.specialites
        if sessions(specialite.first_session, specialite.last_session) < of_the_nomenclature(specialite.code)
    }
    assert fewer == set(codes(PARTLY))


def test_what_replaces_a_specialite_is_of_the_nomenclature() -> None:
    assert {code for specialite in BTS.specialites for code in codes(specialite.replaced_by or "")} <= BCN.keys()
