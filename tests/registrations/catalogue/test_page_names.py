"""The texts of the shipped exams name pages as the portal does."""

import re
from pathlib import Path

from services.contracts import page_labels

CATALOGUE = Path(__file__).parents[3] / "catalogue"


def test_pages_and_buttons_that_exam_texts_quote_are_the_portals() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in CATALOGUE.rglob("*.yaml"))
    quoted = set(re.findall(r"« ((?:Mes |M'|J'ai fourni|Enregistrer)[^»]*) »", texts))
    assert quoted
    assert quoted <= {label for name, label in vars(page_labels).items() if name.isupper()}
