"""Sessions whose dates follow the day: open whatever the day, moved on, replaced by the next
year's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.registrations.catalogue.replacement import with_running_demonstrations
from services.registrations.domain.exam_definition import Exam, Session
from tests.registrations.catalogue.demonstration import ROLLING, catalogue
from tests.registrations.catalogue.small_exam import NOW, SMALL, mistakes, written
from tests.registrations.domain.example_dossier import at


def loaded(root: Path, now: datetime = NOW) -> Exam:
    (exam,) = catalogue(root, now).exams
    return exam


def rolling(exam: Exam) -> Session:
    return max(
        (session for session in exam.sessions if session.demonstration),
        key=lambda transaction: transaction.year,
    )


def test_relative_dates_are_days_from_the_day_in_paris_at_a_time_of_paris(tmp_path: Path) -> None:
    opening = rolling(loaded(tmp_path)).openings[0]
    assert (opening.opens, opening.closes) == (at("2026-11-15 12:00"), at("2026-12-25 12:00"))
    assert opening.deposit_closes == at("2027-01-09")
    late = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)  # already the 26th in Paris
    assert rolling(loaded(tmp_path, late)).openings[0].opens == at("2026-11-16 12:00")


@pytest.mark.parametrize(
    ("today", "year"),
    [
        (at("2026-11-25"), 2027),
        (at("2027-02-01"), 2027),
        (at("2027-03-31"), 2027),
        (at("2027-04-20"), 2028),
    ],
)
def test_the_year_is_that_of_the_first_epreuves_after_the_window(
    tmp_path: Path, today: datetime, year: int
) -> None:
    session = rolling(loaded(tmp_path, today))
    assert (session.name, session.label, session.year) == (str(year), f"CFG {year}", year)
    assert session.openings[0].code_choice == f"{year}-06"
    assert session.closes == at(f"{year + 1}-01-01")


def test_mistakes_of_a_demonstration_session_are_told_and_a_dated_one_of_its_year_comes_first(
    tmp_path: Path,
) -> None:
    exam = loaded(tmp_path / "dated", at("2025-11-25"))
    assert [(session.name, session.demonstration) for session in exam.sessions] == [("2026", False)]
    for old, new, mistake in (
        (
            "    label:",
            "    year: 2027\n    label:",
            "l'année d'une session de démonstration suit ses dates",
        ),
        ("CFG {year}", "CFG", "l'intitulé d'une session de démonstration change chaque année"),
    ):
        [told] = mistakes(
            written(tmp_path / "wrong", SMALL, sessions__demonstration=ROLLING.replace(old, new))
        )
        assert told.startswith(f"cfg/sessions/demonstration.yaml:2: {mistake}")


def test_a_session_is_open_whatever_the_day(tmp_path: Path) -> None:
    days = [NOW + timedelta(days=day) for day in range(0, 400, 23)]
    openings = {now: rolling(loaded(tmp_path, now)).openings[0] for now in days}
    assert [
        now for now, opening in openings.items() if not opening.opens <= now < opening.closes
    ] == []


def test_a_reload_leaves_the_dates_of_a_session_in_which_one_can_register_and_its_year(
    tmp_path: Path,
) -> None:
    exam = loaded(tmp_path)
    for later in (NOW + timedelta(days=20), at("2026-12-25 11:00")):
        assert with_running_demonstrations(exam, loaded(tmp_path, later), later) == exam
    april = loaded(tmp_path, at("2027-03-20"))
    later = at("2027-04-10")
    assert rolling(loaded(tmp_path, later)).year == 2028
    assert with_running_demonstrations(april, loaded(tmp_path, later), later) == april


def test_once_it_has_closed_that_of_the_files_takes_its_place(tmp_path: Path) -> None:
    exam = loaded(tmp_path)
    for now, year in (
        (at("2026-12-25 12:00"), 2027),
        (at("2028-01-01"), 2028),
        (at("2031-06-01"), 2032),
    ):
        session = rolling(with_running_demonstrations(exam, loaded(tmp_path, now), now))
        assert (session.year, session.openings[1].code_pdf) == (year, f"{year}-08")
        assert all(opening.opens <= now < opening.closes for opening in session.openings)


def test_a_running_session_gives_way_to_a_dated_one_of_its_year(tmp_path: Path) -> None:
    exam = loaded(tmp_path)
    dated = replace(exam.sessions[0], name="2027", year=2027)
    renewed = with_running_demonstrations(exam, replace(exam, sessions=(dated,)), NOW)
    assert renewed.sessions == (dated,)
