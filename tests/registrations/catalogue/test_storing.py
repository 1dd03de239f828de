"""Exams as JSON, their digest, and what changed between two of them."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.registrations.catalogue.differences import differences, sentence
from services.registrations.catalogue.serialising import digest, from_data, to_data
from services.registrations.domain.exam_definition import Exam
from tests.registrations.catalogue.bts_dossiers import EXAMS
from tests.registrations.catalogue.small_exam import SMALL, load_exam, written


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Exam:
    return reloaded(tmp_path_factory.mktemp("small"))


def reloaded(root: Path, old: str = "", new: str = "") -> Exam:
    return load_exam(written(root, SMALL.replace(old, new)))


def test_every_exam_of_the_catalogue_survives_json() -> None:
    for exam in EXAMS.values():
        again = from_data(json.loads(json.dumps(to_data(exam))))
        assert (again, digest(again)) == (exam, digest(exam))


def test_what_a_later_version_stored_besides_is_passed_over(exam: Exam) -> None:
    later = to_data(exam)
    later["sessions"][0] |= {"an_option": True}
    assert from_data(later) == exam


def test_the_digest_changes_with_the_exam_and_with_nothing_else(exam: Exam, tmp_path: Path) -> None:
    assert digest(exam) == digest(reloaded(tmp_path / "same"))
    assert digest(exam) != digest(reloaded(tmp_path / "other", "Oral", "Écrit"))
    swapped = reloaded(
        tmp_path / "swapped", "code: CFG\ndomaine: Examen\n", "domaine: Examen\ncode: CFG\n"
    )
    assert digest(exam) == digest(swapped), "the order of the keys"
    assert len(digest(exam)) == 64


def told(before: Exam | None, after: Exam) -> list[str]:
    return [sentence(difference) for difference in differences(before, after)]


def test_a_change_names_where_it_stands_and_both_values(exam: Exam) -> None:
    session = exam.sessions[0]
    opening = replace(session.openings[0], closes=session.openings[0].closes + timedelta(days=1))
    changed = replace(exam, sessions=(replace(session, openings=(opening,)),))
    assert told(None, exam) == ["+ CFG : « nouvel examen, 1 session(s) »"]
    assert told(exam, exam) == []
    where = "CFG, session 2026, ouverture 03, fermeture"
    assert told(exam, changed) == [f"{where} : « 25/10/2025 à 12:00 » → « 26/10/2025 à 11:00 »"]


def test_what_is_added_or_removed_or_stands_in_another_order_is_told(exam: Exam) -> None:
    without = replace(exam, pieces=())
    pieces = [f"CFG, pièce {piece.code} : « {piece.label} »" for piece in exam.pieces]
    assert told(exam, without) == [f"- {piece}" for piece in pieces]
    assert told(without, exam) == [f"+ {piece}" for piece in pieces]
    [order] = told(exam, replace(exam, pieces=tuple(reversed(exam.pieces))))
    assert order == "CFG, pièce, ordre : « ID1, LV1 » → « LV1, ID1 »"


def test_of_lists_and_long_texts_what_differs_is_told(exam: Exam) -> None:
    paragraphs = tuple(f"Article {number}. {'Rien ne change ici. ' * 30}" for number in range(3))
    before = replace(exam, texts={"demande": paragraphs})
    [added] = told(before, replace(exam, texts={"demande": (*paragraphs, "Article 4.")}))
    assert added == "+ CFG, texte, demande : « Article 4. »"
    [changed] = differences(
        before, replace(exam, texts={"demande": (*paragraphs[:2], paragraphs[2] + "Sauf cela.")})
    )
    assert (changed.after.endswith("Sauf cela."), "Sauf cela." in changed.before) == (True, False)
    assert len(changed.after) < 100
