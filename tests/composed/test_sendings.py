"""PDFs of exam offices, taken at once and checked by the worker, behind the proxy: slow ones keep
nobody waiting, and a worker that is killed in the middle loses none."""

import time

from tests.documents.imports.exam_office import pdf_of, slow_pdf, zip_of
from tests.journeys import personas
from tests.journeys.conftest import NewCandidate
from tests.journeys.gestionnaire_tool import GestionnaireTool
from tests.support.composed_portal import ComposedPortal
from tests.support.processes import wait_until

COPIES = 8
MANY = 500
TAKEN_SECONDS = 15.0  # of an archive, also on a busy machine; its check takes a minute
CHECKED_SECONDS = 300.0


def test_slow_pdfs_keep_nobody_waiting_and_a_killed_worker_loses_none(
    composed: ComposedPortal, new_candidate: NewCandidate
) -> None:
    """Slow ones by the administrateur; by a gestionnaire as many as one may send, of which the
    candidate has one."""
    someone = new_candidate(composed, personas.another_dubois())
    someone.registers()
    admin = GestionnaireTool(composed, "admin")
    staff = GestionnaireTool(composed)
    numero = staff.numero_candidat(someone.persona.email)
    began = time.monotonic()
    slow = admin.sends_pdfs(
        zip_of({f"{number}-{numero}.pdf": slow_pdf() for number in range(COPIES)})
    )
    others = {f"{number:011d}.pdf": b"%PDF" for number in range(1, MANY)}
    many = staff.sends_pdfs(zip_of({**others, f"{numero}.pdf": pdf_of()}))
    assert time.monotonic() - began < 2 * TAKEN_SECONDS
    wait_until(
        lambda: admin.reads_import(slow)["files_checked"] > 0,
        CHECKED_SECONDS,
        "the check of slow PDFs",
    )
    composed.kill("documents-worker")
    wait_until(
        lambda: not admin.reads_import(slow)["to_check"],
        CHECKED_SECONDS,
        "the end of the slow check",
    )
    wait_until(
        lambda: not staff.reads_import(many)["to_check"], CHECKED_SECONDS, "the end of the other"
    )
    checked = staff.reads_import(many)
    assert (checked["ready"], checked["refused"]) == (1, MANY - 1)
