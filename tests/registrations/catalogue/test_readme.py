"""The numbers that catalogue/README.md gives to who writes an exam are those of the check."""

from pathlib import Path

import pytest

from services.chassis.french import MOIS
from services.contracts.document_types import LONGEST_CODE
from services.contracts.reminder_rules import HOUR, MAX_DAYS
from services.registrations.catalogue.conditions import MAX_LEVELS
from services.registrations.catalogue.sessions import EPREUVES_FIRST_MONTH

README = (Path(__file__).parents[3] / "catalogue" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        f"lettres minuscules et `_`, {LONGEST_CODE} au plus",
        f"du plus grand au plus petit, de {MAX_DAYS} à 0 (le dernier jour)",
        f"à partir de {HOUR}:00, heure de Paris",
        f"sur {MAX_LEVELS} niveaux au plus",
        f"premier mois de {MOIS[EPREUVES_FIRST_MONTH - 1]} après la fermeture",
    ],
)
def test_the_readme_gives_the_numbers_of_the_check(words: str) -> None:
    assert words in README
