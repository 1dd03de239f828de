"""Exams as JSON, their digest, and what changed between two of them."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.registrations.catalogue import differences, digest, from_data, load_exams, to_data
from services.registrations.domain.exam_definition import Exam
from tests.registrations.catalogue.bts_dossiers import EXAMS
from tests.registrations.catalogue.small_exam import NOW, SMALL, written


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Exam:
    return reloaded(tmp_path_factory.mktemp("small"), "", "")


def reloaded(root: Path, old: str, new: str) -> Exam:
    (exam,) = load_exams(written(root, SMALL.replace(old, new)), NOW)
    return exam


def test_every_exam_of_the_catalogue_survives_json() -> None:
    for exam in EXAMS.values():
        again = from_data(json.loads(json.dumps(to_data(exam))))
        assert again == exam
        assert digest(again) == digest(exam)


def test_what_a_later_version_stored_besides_is_passed_over(exam: Exam) -> None:
    later = to_data(exam)
    later["sessions"][0] |= {"an_option": True}
    assert from_data(later) == exam


def test_the_digest_changes_with_the_exam_and_with_nothing_else(exam: Exam, tmp_path: Path) -> None:
    assert digest(exam) == digest(reloaded(tmp_path / "same", "", ""))
    assert digest(exam) != digest(reloaded(tmp_path / "other", "Oral", "Écrit"))
    swapped = reloaded(tmp_path / "swapped", "code: CFG\ndomaine: Examen\n", "domaine: Examen\ncode: CFG\n")
    assert digest(exam) == digest(swapped), "the order of the keys"
    assert len(digest(exam)) == 64


def test_a_new_exam_is_one_line_and_an_equal_one_none(exam: Exam) -> None:
    assert differences(None, exam) == ("+ CFG : nouvel examen, 1 session(s)",)
    assert differences(exam, exam) == ()


def test_a_change_names_where_it_stands_and_both_values(exam: Exam) -> None:
    session = exam.sessions[0]
    opening = replace(session.openings[0], closes=session.openings[0].closes + timedelta(days=1))
    changed = replace(exam, sessions=(replace(session, openings=(opening,)),))
    (line,) = differences(exam, changed)
    assert line == (
        "CFG, sessions 2026, openings 03, closes : « 2025-10-25T10:00:00+00:00 » → « 2025-10-26T10:00:00+00:00 »"
    )


def test_what_is_added_or_removed_or_stands_in_another_order_is_told(exam: Exam) -> None:
    lines = differences(exam, replace(exam, pieces=()))
    assert set(lines) == {"- CFG, pieces ID1 : retiré", "- CFG, pieces LV1 : retiré"}
    assert all(line.startswith("+ CFG, pieces") for line in differences(replace(exam, pieces=()), exam))
    (line,) = differences(exam, replace(exam, pieces=tuple(reversed(exam.pieces))))
    assert line == 'CFG, pieces : ordre « ["ID1", "LV1"] » → « ["LV1", "ID1"] »'
