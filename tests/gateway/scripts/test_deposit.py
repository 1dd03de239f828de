"""A deposit by the page's script: what broke goes on where it broke, photographs become what the
office can read."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, Request, Response, Route, expect
from pypdf import PdfReader

from gateway.file_rules import SENT_PART_BYTES
from services.contracts import page_labels
from services.contracts.piece_rules import MAX_FILE_BYTES, PAGE_SIDE, Scan
from services.french import file_size
from tests.gateway.candidates import CandidateFactory
from tests.gateway.gestion.people import change_deposit
from tests.gateway.scripts.conftest import take_session_over
from tests.pieces import sample_files
from tests.pieces.corpus.sample_pages import heic
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.processes import wait_until

KIBIBYTE = 1024
PART = SENT_PART_BYTES
SLOW = 400 * 1000 / 8  # bytes per second of a line of 400 kbit/s
LAST = PART // 20  # a last part of 1 %
PDF = sample_files.pdf_of_size(4 * PART + LAST)
PARTS = [number * PART for number in range(5)]
TURNED = 6  # EXIF: held upright, the sensor lies on its side


class Sender:
    """`sent_offsets` are those of the parts sent, `accepted_offsets` those of the parts that the
    portal has."""

    def __init__(
        self, portal: InProcessFourServices, candidates: CandidateFactory, page: Page, folder: Path
    ) -> None:
        self.portal = portal
        self.candidates = candidates
        self.page = page
        self.folder = folder
        self.sent_offsets: list[int] = []
        self.accepted_offsets: list[int] = []
        self.email = candidates.create_activated_account()
        candidates.register(self.email)
        portal.deliver_events()
        self.logs_in()
        page.goto(f"{portal.url}/justificatifs")
        page.locator("main .fr-tile a").first.click()
        page.get_by_role("link", name="Ajouter").first.click()
        page.get_by_role("heading", level=1, name=page_labels.DEPOSIT_FORM).wait_for()
        page.wait_for_load_state()  # until its scripts run, the form is sent whole
        self._line = page.context.new_cdp_session(page)
        page.on("request", self._on_request)
        page.on("response", self._on_response)

    def logs_in(self) -> None:
        take_session_over(self.page, self.candidates.log_in(self.email))

    def chooses(self, *files: tuple[str, bytes]) -> None:
        for name, content in files:
            (self.folder / name).write_bytes(content)
        self.page.get_by_label("Choisir un fichier").set_input_files(
            [self.folder / name for name, _ in files]
        )

    def sends(self, *files: tuple[str, bytes]) -> None:
        if files:
            self.chooses(*files)
        self.page.get_by_role("button", name="Envoyer", exact=True).click()

    def at_part(self, number: int, act: Callable[[Route], None]) -> None:
        """Let `act` decide on that part, once, instead of sending it."""
        ahead = [number * PART]

        def decide(route: Route) -> None:
            if route.request.method == "PATCH" and ahead and _offset(route.request) == ahead[0]:
                ahead.clear()
                act(route)
            else:
                route.continue_()

        self.page.route("**/envois/**", decide)

    def says(self, words: str) -> None:
        self.page.locator("[data-etat]").filter(has_text=words).wait_for()

    def is_refused(self, words: str) -> None:
        """The file's own message, and the focus where another can be chosen."""
        self.page.locator(".fr-message--error").filter(has_text=words).wait_for()
        expect(self.page.locator("[name=fichier]")).to_be_focused()

    def is_asked_whether_it_is_legible(self) -> None:
        here = self.page.get_by_role("heading", level=1, name=page_labels.LEGIBILITY, exact=True)
        refused = self.page.locator(".fr-message--error").filter(has_text="e")
        here.or_(refused).first.wait_for()
        assert here.count(), self.page.inner_text("main")

    def set_line(self, *, offline: bool = False) -> None:
        rates = {"uploadThroughput": SLOW, "downloadThroughput": SLOW}
        self._line.send(
            "Network.emulateNetworkConditions", {"offline": offline, "latency": 50, **rates}
        )

    def file(self) -> bytes:
        """The file as the gestionnaire would read it."""
        path = self.page.locator("main a[href*='/justificatifs/fichier/']").first.get_attribute(
            "href"
        )
        assert path
        answer = self.page.context.request.get(f"{self.portal.url}{path}")
        assert answer.ok, answer.text()
        return answer.body()

    def _on_request(self, request: Request) -> None:
        if request.method == "PATCH":
            self.sent_offsets.append(_offset(request))

    def _on_response(self, response: Response) -> None:
        if response.request.method == "PATCH" and response.ok:
            self.accepted_offsets.append(_offset(response.request))


def _offset(request: Any) -> int:
    return int(request.headers["upload-offset"])


@pytest.fixture
def sender(
    page: Page, running: InProcessFourServices, candidates: CandidateFactory, tmp_path: Path
) -> Sender:
    """Someone registered, before « Envoyer une pièce jointe » of their first piece."""
    return Sender(running, candidates, page, tmp_path)


def test_an_upload_cut_at_10_50_and_99_percent_of_a_slow_line_goes_on_where_it_broke(
    sender: Sender,
) -> None:
    """Takes long: the line is slow."""
    sender.set_line()
    sender.sends(("relevé.pdf", PDF))
    for cut in (PARTS[0], PARTS[2], PARTS[4]):
        while not sender.sent_offsets or sender.sent_offsets[-1] != cut:
            sender.page.wait_for_event("request", lambda sent: sent.method == "PATCH")
        sender.set_line(offline=True)
        sender.says("La connexion est interrompue")
        sender.set_line()
    sender.is_asked_whether_it_is_legible()
    assert sender.accepted_offsets == PARTS
    assert len(sender.sent_offsets) <= len(PARTS) + 3, (
        "of what was cut, the part under way alone left again"
    )


def test_a_page_loaded_again_goes_on_with_the_same_file(sender: Sender) -> None:
    sender.at_part(2, lambda route: route.abort("connectionreset"))
    sender.sends(("relevé.pdf", PDF))
    sender.says("La connexion est interrompue")
    assert "relevé" not in sender.page.evaluate(
        "JSON.stringify([{ ...localStorage }, { ...sessionStorage }])"
    )
    sender.page.reload()
    sender.page.get_by_label("Choisir un fichier").set_input_files(sender.folder / "relevé.pdf")
    sender.sends()
    sender.is_asked_whether_it_is_legible()
    assert sender.accepted_offsets == PARTS


def test_a_session_that_ends_meanwhile_keeps_the_page_and_what_was_sent(sender: Sender) -> None:
    def ends(route: Route) -> None:
        sender.page.context.clear_cookies()
        route.continue_()

    sender.at_part(2, ends)
    sender.sends(("relevé.pdf", PDF))
    sender.says("Votre session est terminée")
    sender.page.get_by_role("link", name="S'identifier dans un nouvel onglet").wait_for()
    sender.page.wait_for_event(
        "response", lambda answer: answer.request.method == "HEAD" and answer.status == 401
    )
    sender.logs_in()
    sender.is_asked_whether_it_is_legible()
    assert sender.accepted_offsets == PARTS


def test_a_service_that_is_away_is_named_and_waited_for(sender: Sender) -> None:
    def stop_pieces(route: Route) -> None:
        sender.portal.pieces.stop()
        route.continue_()

    sender.at_part(1, stop_pieces)
    sender.sends(("relevé.pdf", PDF))
    try:
        sender.page.get_by_role("button", name="Réessayer").wait_for()
        assert "Le service des justificatifs ne répond pas" in sender.page.inner_text("[data-etat]")
    finally:
        sender.portal.pieces.start()
    sender.page.get_by_role("button", name="Réessayer").click()
    sender.is_asked_whether_it_is_legible()


def test_what_is_cancelled_is_not_deposited(sender: Sender) -> None:
    sender.at_part(1, lambda route: route.abort("connectionreset"))
    sender.sends(("relevé.pdf", PDF))
    sender.says("La connexion est interrompue")
    sender.page.get_by_role("button", name="Annuler l'envoi").click()
    sender.says("Envoi annulé : rien n'a été déposé.")
    sender.page.get_by_role("link", name="Fermer").click()
    assert "relevé.pdf" not in sender.page.inner_text("main")


def test_a_file_that_is_refused_says_why_and_another_can_be_sent(sender: Sender) -> None:
    sender.sends(("grand.pdf", b"%PDF-1.7" + b"0" * MAX_FILE_BYTES))
    sender.is_refused(f"la taille ne doit pas excéder {file_size(MAX_FILE_BYTES)}.")
    assert sender.sent_offsets == [], "it is refused before it is sent"
    sender.sends(("note.pdf", b"ceci n'est pas un PDF"))
    sender.is_refused("format")
    sender.chooses(("relevé.pdf", sample_files.pdf_of_size(8 * KIBIBYTE)))
    assert sender.page.locator(".fr-message--error").count() == 0
    sender.sends()
    sender.is_asked_whether_it_is_legible()


def test_the_verdict_of_the_antivirus_appears_by_itself_and_the_focus_stays(sender: Sender) -> None:
    page = sender.page
    sender.sends(("attente.pdf", sample_files.pdf()))
    sender.is_asked_whether_it_is_legible()
    change_deposit(sender.portal, "attente.pdf", scan=Scan.PENDING)
    page.get_by_role("link", name="C'est lisible").click()
    expect(page.get_by_text("Antivirus : analyse en cours")).to_be_visible()
    page.get_by_role("link", name="attente.pdf").focus()
    change_deposit(sender.portal, "attente.pdf", scan=Scan.CLEAN)
    expect(page.get_by_text("Antivirus : fichier sain", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="attente.pdf")).to_be_focused()
    expect(page.locator("[data-analyses]")).to_contain_text("Analyse terminée.")


def photograph(
    width: int, height: int, *, quality: int = 90, words: str = "", turned: bool = False
) -> bytes:
    """As a telephone makes it: of noise, which weighs, with words on it."""
    picture = Image.effect_noise((width, height), 90).convert("RGB")
    ImageDraw.Draw(picture).text(
        (width // 10, height // 3), words, fill="black", font_size=height // 8
    )
    exif = Image.Exif()
    exif[0x0112] = TURNED if turned else 1
    exif[0x9003] = "2021:10:05 15:59:00"
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def test_a_photograph_too_large_to_be_sent_is_made_smaller_and_upright(sender: Sender) -> None:
    large = photograph(2800, 2100, quality=97, turned=True)
    assert len(large) > MAX_FILE_BYTES
    sender.sends(("IMG_0001.jpg", large))
    sender.is_asked_whether_it_is_legible()
    assert "Votre photo a été réduite de" in sender.page.inner_text("main")
    deposited = sender.file()
    with Image.open(io.BytesIO(deposited)) as picture:
        assert len(deposited) <= MAX_FILE_BYTES
        assert picture.height > picture.width
        assert picture.height >= PAGE_SIDE
        assert not picture.getexif()


def test_four_pages_are_put_in_order_and_become_one_pdf(sender: Sender) -> None:
    pages = {
        number: photograph(1600 + number, 2300, words=f"page {number}") for number in (1, 2, 4, 3)
    }
    sender.chooses(*((f"{number}.jpg", content) for number, content in list(pages.items())[:3]))
    sender.chooses(("3.jpg", pages[3]))  # the camera gives pages one after another
    names = sender.page.locator(".portail-fichier__nom")
    assert [text.split()[0] for text in names.all_inner_texts()] == [
        "1.jpg",
        "2.jpg",
        "4.jpg",
        "3.jpg",
    ]
    up = sender.page.get_by_role("button", name="Monter 3.jpg")
    up.focus()
    up.press("Enter")
    assert [text.split()[0] for text in names.all_inner_texts()] == [
        "1.jpg",
        "2.jpg",
        "3.jpg",
        "4.jpg",
    ]
    assert sender.page.evaluate("document.activeElement.textContent") == "Monter 3.jpg", (
        "the focus goes along"
    )
    sender.sends()
    sender.is_asked_whether_it_is_legible()
    assert "Vos 4 fichiers ont été réunis en un PDF de 4 pages." in sender.page.inner_text("main")
    deposited = sender.file()
    assert len(deposited) <= MAX_FILE_BYTES
    shapes = [page.images[0].image.size for page in PdfReader(io.BytesIO(deposited)).pages]  # type: ignore[union-attr]
    assert [width / height for width, height in shapes] == sorted(
        width / height for width, height in shapes
    )


def test_a_heic_becomes_a_jpeg_without_date_and_place(sender: Sender) -> None:
    picture = Image.open(io.BytesIO(photograph(1600, 1200, words="cni")))
    sender.sends(("IMG_0002.HEIC", heic(picture)))
    sender.is_asked_whether_it_is_legible()
    assert "convertie en JPEG, sans la date ni le lieu" in sender.page.inner_text("main")
    preview = sender.page.locator(".portail-apercu img")
    wait_until(lambda: preview.evaluate("image => image.naturalWidth") > 500, 60, "the picture")
    with Image.open(io.BytesIO(sender.file())) as deposited:
        assert (deposited.format, deposited.size) == ("JPEG", (1600, 1200))
        assert not deposited.getexif()


def test_files_chosen_before_the_script_arrives_are_taken_out_by_keyboard_and_sent_like_others(
    sender: Sender,
) -> None:
    held: list[Route] = []
    sender.page.route("**/form-*.js", lambda route: held.append(route))
    with sender.page.expect_request("**/form-*.js"):
        sender.page.reload(wait_until="commit")
    sender.chooses(("1.jpg", photograph(400, 300)), ("2.jpg", photograph(400, 300)))
    names = sender.page.locator(".portail-fichier__nom")
    assert not names.count()
    held[0].continue_()
    sender.page.locator("canvas").nth(1).wait_for()
    sender.page.get_by_role("button", name="Retirer 1.jpg").press("Enter")
    assert [text.split()[0] for text in names.all_inner_texts()] == ["2.jpg"]
    assert sender.page.evaluate("document.activeElement.textContent") == "Retirer 2.jpg"
    sender.sends()
    sender.is_asked_whether_it_is_legible()
    assert sender.sent_offsets, "sent in parts, which the script alone does"
