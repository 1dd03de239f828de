"""Instants and days as staff type them: read in Paris time, None for what is none."""

from __future__ import annotations

from gateway.web.gestion.typed_instants import read_day, read_end, read_instant, shown_end_instant, shown_instant
from services.chassis.clock import YEARS

NO_INSTANTS = ("", "demain", "25/10/2021", "31/02/2021 12:00", "31/12/9999 23:59", "28/03/2021 02:30")


def read(text: str) -> str:
    instant = read_instant(text)
    assert instant, text
    return instant.isoformat()


def test_an_instant_is_read_in_paris_time_and_shown_as_it_was_typed() -> None:
    assert read(" 25/10/2021  12:00 ") == "2021-10-25T12:00:00+02:00"
    assert read("28/03/2021 03:30") == "2021-03-28T03:30:00+02:00"
    assert shown_instant("2021-10-25T10:00:00+00:00") == "25/10/2021 12:00"
    assert [text for text in NO_INSTANTS if read_instant(text)] == []


def test_years_that_no_dossier_has_are_refused() -> None:
    for year, is_read in ((YEARS[0] - 1, False), (YEARS[0], True), (YEARS[-1], True), (YEARS[-1] + 1, False)):
        assert bool(read_instant(f"01/06/{year} 12:00")) is is_read, year
        assert bool(read_day(f"01/06/{year}")) is is_read, year


def test_the_last_minute_of_a_day_stands_for_its_end() -> None:
    for typed, end in (
        ("24/12/2021 23:59", "2021-12-25T00:00:00+01:00"),
        ("24/12/2021 23:58", "2021-12-24T23:58:00+01:00"),
        ("24/12/2021 22:59", "2021-12-24T22:59:00+01:00"),
    ):
        instant = read_end(typed)
        assert instant
        assert instant.isoformat() == end
        assert shown_end_instant(end) == typed
    assert read_end("demain") is None


def test_a_day_may_hold_spaces_and_must_exist() -> None:
    day = read_day(" 30 / 05 / 1998 ")
    assert day
    assert day.isoformat() == "1998-05-30"
    assert read_day("31/02/2021") is None
