"""The processor time of rendering a PDF, compared with bare reportlab and WeasyPrint in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from services.documents.rendering.confirmation import confirmation
from services.documents.rendering.pdf_and_html import FONTS, pdf_of, pdf_source
from services.documents.rendering.sheet import Letterhead
from tests.bench.record import record
from tests.documents.bench.reportlab_pdf import reportlab_pdf_of
from tests.documents.example_events import saved

ROUNDS = 25
CONFIRMATION = confirmation(saved(), Letterhead())


def test_confirmation_costs_at_most_2_8_times_bare_reportlab() -> None:
    ours, bare = _milliseconds(lambda: pdf_of(CONFIRMATION), lambda: reportlab_pdf_of(CONFIRMATION))
    record("« Confirmation » PDF", ours, "ms")
    record("« Confirmation » by bare reportlab", bare, "ms")
    record("« Confirmation » PDF / bare reportlab", ours / bare, "", aim=2.8)


def test_confirmation_costs_at_most_a_quarter_of_weasyprint() -> None:
    weasyprint = pytest.importorskip("weasyprint")
    source = pdf_source(CONFIRMATION, pages=1)

    def theirs() -> bytes:
        return bytes(weasyprint.HTML(string=source, base_url=f"{FONTS}/").write_pdf())

    ours, other = _milliseconds(lambda: pdf_of(CONFIRMATION), theirs)
    record("« Confirmation » by WeasyPrint", other, "ms")
    record("« Confirmation » PDF / WeasyPrint", ours / other, "", aim=0.25)


def _milliseconds(*renderers: Callable[[], bytes]) -> list[float]:
    """Of processor, the quickest of some rounds of each, in turns: what else the machine does hits all alike."""
    taken: list[list[float]] = [[] for _ in renderers]
    for _ in range(ROUNDS):
        for draw, times in zip(renderers, taken, strict=True):
            start = time.process_time()
            draw()
            times.append((time.process_time() - start) * 1000)
    return [min(times) for times in taken]
