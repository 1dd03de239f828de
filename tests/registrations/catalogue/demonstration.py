"""A catalogue with a session of demonstration."""

from datetime import datetime
from pathlib import Path

from services.registrations.catalogue.contents import Catalogue, read_catalogue
from tests.registrations.catalogue.small_exam import SMALL, written

ROLLING = """\
    demonstration: true
    label: "CFG {year}"
    specialites: all
    pieces: all
    openings:
      - academies: ["03", "19"]
        code_choice: "{year}-06"
        code_pdf: "{year}-08"
        opens: {today: -10, at: "12:00"}
        closes: {today: 30, at: "12:00"}
        deposit: {opens: {today: -10, at: "00:00"}, closes: {today: 45, at: "00:00"}}
    """


def catalogue(root: Path, now: datetime) -> Catalogue:
    return read_catalogue(written(root, SMALL, sessions__demonstration=ROLLING), now)
