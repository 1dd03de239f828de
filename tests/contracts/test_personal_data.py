"""How long personal data are kept, and where the files of a copy of one's data stand in its
archive.

Nothing may be erased by a file of retention that does not read.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.contracts.api.personal_data import archive_path
from services.contracts.retention import (
    Period,
    Retention,
    RetentionError,
    read_retention,
    retention,
)

FILE = """
controller: "Le rectorat"
officer: "dpo@example.fr"
events: {session_closed: "la clôture"}
kinds:
  - {code: candidatures, label: "C", holds: "h", purpose: "p", basis: "b", starts: session_closed, active: "12 mois",
     archived: "4 ans", archive_readers: [administrateur], recipients: [], source: "s"}
"""
MAY = datetime(2022, 5, 31, tzinfo=UTC)
FEBRUARY = datetime(2024, 2, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("1 mois", datetime(2022, 1, 31, tzinfo=UTC), datetime(2022, 2, 28, tzinfo=UTC)),
        ("12 mois", FEBRUARY, datetime(2025, 2, 28, tzinfo=UTC)),
        ("2 ans", MAY, datetime(2024, 5, 31, tzinfo=UTC)),
        ("30 jours", MAY, datetime(2022, 6, 30, tzinfo=UTC)),
        ("aucune", MAY, MAY),
    ],
)
def test_a_period_ends_on_the_day_of_its_last_month(
    period: str, start: datetime, end: datetime
) -> None:
    assert Period(period).after(start) == end


def test_a_kind_is_erased_once_it_was_active_and_archived(tmp_path: Path) -> None:
    [kind] = _read(tmp_path, FILE).kinds
    closed = datetime(2023, 1, 1, tzinfo=UTC)
    end = datetime(2028, 1, 1, tzinfo=UTC)
    assert kind.erased_from(closed) == end
    assert kind.erased_if_begun_by(end) == closed


@pytest.mark.parametrize(
    ("known", "wrong"),
    [
        ("12 mois", "douze mois"),
        ("12 mois", "0 mois"),
        ("starts: session_closed", "starts: birth"),
        ("[administrateur]", "[]"),
        ('purpose: "p", ', ""),
        ("kinds:", "kinds: ["),
    ],
)
def test_a_file_that_cannot_be_followed_is_refused(tmp_path: Path, known: str, wrong: str) -> None:
    with pytest.raises(RetentionError):
        _read(tmp_path, FILE.replace(known, wrong, 1))


def test_a_kind_that_the_file_does_not_have_is_no_duration() -> None:
    with pytest.raises(RetentionError):
        retention().kind("empreintes")


def test_the_file_of_the_portal_reads_with_every_duration_in_words() -> None:
    read = retention()
    assert read.sentence(read.kind("candidatures")).startswith(
        "12 mois après la clôture de la session d'examen, puis"
    )
    assert read.sentence(read.kind("brouillons")) == "Jusqu'à la clôture de la session d'examen."


def _read(folder: Path, text: str) -> Retention:
    path = folder / "retention.yaml"
    path.write_text(text, encoding="utf-8")
    return read_retention(path)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b.pdf", "C:\\a.pdf", "\x00\n.pdf", "é" * 300 + ".pdf"]
)
def test_no_name_leads_out_of_its_folder_or_is_too_long(name: str) -> None:
    folder, *rest = archive_path("pieces", "0123456789abcdef", name).split("/")
    assert (folder, len(rest)) == ("pieces", 1)
    assert rest[0].startswith("01234567-")
    assert not set(rest[0]) & set('\\:*?"<>|\x00\n')
    assert len(rest[0].encode()) <= 255
    assert rest[0][-4:] == name[-4:]
