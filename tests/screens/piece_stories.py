"""« Mes justificatifs »: every piece in each of its states (guide §9, §10)."""

from typing import Any

from services.contracts import page_labels
from services.contracts.piece_rules import MAX_FILE_BYTES
from tests.journeys.gestionnaire_tool import GestionnaireTool
from tests.pieces import sample_files
from tests.screens.browser_candidate import BrowserCandidate
from tests.screens.story_context import SECONDS, StoryContext
from tests.support.processes import wait_until

TOO_LARGE_PDF = b"%PDF-1.7" + b"0" * MAX_FILE_BYTES
# By the order of the list: what the gestionnaire thinks of what was deposited.
CONTROLS: tuple[dict[str, Any], ...] = (
    {"status": "compliant"},
    {
        "status": "non_compliant",
        "comment": "La photographie est illisible : numérisez la pièce de nouveau, à plat et en couleur.",
        "resubmit_until": "2021-11-12",
    },
    {"status": "received", "received_on": "2021-10-04"},
)


def deposits(context: StoryContext) -> None:
    """From nothing deposited to handed over and judged."""
    recorder, candidate = context.recorder, context.new_candidate().creates_account_and_logs_in()
    listed = registers_and_is_asked_for_pieces(candidate)
    recorder.record(candidate.open("/justificatifs"), "justificatifs-choix")
    recorder.record(candidate.open(listed), "justificatifs")
    _record_refusals(context, candidate, listed)
    deposit_every_piece(candidate, listed)
    recorder.record(candidate.open(f"{listed}?fait=depose"), "justificatifs-deposes")
    recorder.record(candidate.follow("/suppression/"), "justificatifs-suppression")
    candidate.open(listed)
    recorder.record(candidate.follow("/validation/"), "justificatifs-validation")
    recorder.record(candidate.submit(), "justificatifs-fournis")
    tool, candidature = GestionnaireTool(context.portal), listed.rpartition("/")[2]
    for code, control in zip(tool.pieces(candidature), CONTROLS, strict=False):
        tool.controls(candidature, code, **control)
    recorder.record(candidate.open(listed), "justificatifs-statuts")


def registers_and_is_asked_for_pieces(candidate: BrowserCandidate) -> str:
    """The path of the candidature's « Mes justificatifs », once pieces are asked for there."""
    listed = f"/justificatifs/{candidate.registers()}"
    wait_until(lambda: "/depot/" in candidate.reads(listed), SECONDS, "the pieces asked for")
    return listed


def _record_refusals(context: StoryContext, candidate: BrowserCandidate, listed: str) -> None:
    candidate.open(listed)
    recorder, page = context.recorder, candidate.follow("/depot/")
    recorder.record(page, "depot")
    _choose_files(candidate, ("note.pdf", b"ceci n'est pas un PDF"))
    page.get_by_role("button", name="Envoyer", exact=True).click()
    page.locator(".fr-message--error").wait_for()
    recorder.record(page, "depot-refuse")
    _choose_files(candidate, ("scan.pdf", TOO_LARGE_PDF))
    recorder.record(page, "depot-trop-gros")
    _choose_files(candidate)
    _choose_files(candidate, ("photo.jpg", sample_files.flat("JPEG", (640, 400))))
    page.get_by_role("button", name="Envoyer", exact=True).click()
    page.get_by_role("heading", level=1, name=page_labels.LEGIBILITY).wait_for()
    recorder.record(page, "lisible-a-verifier")
    page.go_back()
    page.goto(f"{page.url}?fait=session")
    recorder.record(page, "depot-session-terminee")


def _choose_files(candidate: BrowserCandidate, *files: tuple[str, bytes]) -> None:
    sent = [{"name": name, "mimeType": "x/x", "buffer": content} for name, content in files]
    candidate.page.locator("[name=fichier]").set_input_files(sent)  # type: ignore[arg-type]


def deposit_every_piece(candidate: BrowserCandidate, listed: str, content: bytes | None = None) -> None:
    """`content`: the PDF to deposit, by default a blank one."""
    candidate.open(listed)
    links = candidate.page.locator("a[href*='/depot/']").evaluate_all("links => links.map(one => one.pathname)")
    for number, path in enumerate(links, start=1):
        candidate.open(path)
        _choose_files(candidate, (f"pièce numérisée {number}.pdf", content or sample_files.pdf()))
        candidate.press("Envoyer")
        candidate.page.get_by_role("heading", level=1, name=page_labels.LEGIBILITY).wait_for()
