"""The plain form: files go whole, what is refused says what to do; what is said of files, and how
many at once."""

import io

import pytest
from PIL import Image

from gateway.web.justificatifs.liste import LEGIBILITY_WARNINGS
from services.contracts import page_labels
from services.contracts.piece_rules import MAX_FILE_BYTES, Scan, Sign
from tests.accounts.creation_form import PASSWORD
from tests.gateway.candidates import Browser, CandidateFactory
from tests.gateway.gestion.people import change_deposit
from tests.gateway.portals import four_services
from tests.pieces import sample_files
from tests.support.in_process_four_services import InProcessFourServices

running = four_services("module")


@pytest.fixture
def email(running: InProcessFourServices, candidates: CandidateFactory) -> str:
    address = candidates.create_activated_account()
    candidates.register(address)
    running.deliver_events()
    return address


@pytest.fixture
def sender(candidates: CandidateFactory, email: str) -> Browser:
    """They have logged in and see « Envoyer une pièce jointe » of their first piece."""
    browser = candidates.log_in(email)
    browser.get("/justificatifs")
    for part in ("/justificatifs/", "/depot/"):
        browser.get(next(link for link in browser.page.xpath("//main//a/@href") if part in link))
    return browser


def sends(browser: Browser, *files: tuple[str, bytes], form: str = "") -> None:
    """Send files with the form that is shown, or that of the page `form`."""
    browser.post(
        form or browser.path, [("fichier", (io.BytesIO(content), name)) for name, content in files]
    )


def test_one_file_is_deposited_looked_at_replaced_and_taken_back(sender: Browser) -> None:
    assert "Les photos HEIC des téléphones sont acceptées" in sender.text
    sends(sender, ("relevé.pdf", sample_files.pdf()))
    assert sender.title == page_labels.LEGIBILITY
    sender.follow("Remplacer le fichier")
    assert (
        "relevé.pdf est déjà déposé pour cette pièce : ce que vous envoyez le remplacera."
        in sender.text
    )
    sends(sender, ("autre.pdf", sample_files.pdf()))
    sender.follow("C'est lisible")
    assert sender.title == page_labels.JUSTIFICATIFS
    sender.shows("Votre fichier est déposé.", "autre.pdf")
    sender.get(sender.page.xpath("//main//a[contains(@href, '/suppression/')]/@href")[0])
    sender.post(sender.path)
    assert sender.title == page_labels.JUSTIFICATIFS
    assert "autre.pdf" not in sender.text


def test_nothing_chosen_and_files_too_large_are_refused_by_a_page_that_can_be_read(
    sender: Browser,
) -> None:
    form = sender.path
    sender.post(form, {"fichier": ""})
    assert (sender.answer.status_code, error(sender)) == (422, "Choisissez un fichier à envoyer.")
    half = b"%PDF-1.7" + b"0" * (MAX_FILE_BYTES // 2)
    sends(sender, ("a.pdf", half), ("b.pdf", half), form=form)
    assert sender.answer.status_code == 413
    assert "Vos fichiers sont trop volumineux" in error(sender)


def error(browser: Browser) -> str:
    return browser.texts("//*[contains(@class, 'fr-message--error')]")[0]


def test_what_looks_hard_to_read_is_said_and_stays_deposited(sender: Browser) -> None:
    assert set(LEGIBILITY_WARNINGS) == set(Sign), "every sign that pieces sees has its words"
    small = Image.new("RGB", (300, 200), "white")
    out = io.BytesIO()
    small.save(out, "JPEG")
    sends(sender, ("vide.jpg", out.getvalue()))
    for words in (LEGIBILITY_WARNINGS["small"], LEGIBILITY_WARNINGS["blank"]):
        assert words in sender.text
    assert sender.get(sender.page.xpath("//main//img/@src")[0]).mimetype == "image/jpeg", (
        "it is shown"
    )
    sender.get("/justificatifs")
    sender.get(
        next(
            link
            for link in sender.page.xpath("//main//a/@href")
            if link.startswith("/justificatifs/")
        )
    )
    assert "vide.jpg" in sender.text


def test_a_session_that_has_died_ends_at_the_form_which_asks_for_the_file_again(
    sender: Browser, email: str, candidates: CandidateFactory
) -> None:
    form = sender.path
    later = candidates.browser()
    sends(later, ("relevé.pdf", sample_files.pdf()), form=form)
    later.press(page_labels.LOG_IN, identifiant=email, password=PASSWORD)
    assert later.path == form
    assert "les fichiers ne sont pas conservés. Choisissez-le à nouveau." in later.text
    sends(later, ("relevé.pdf", sample_files.pdf()))
    assert later.title == page_labels.LEGIBILITY


def test_what_the_antivirus_says_is_shown_on_request(
    sender: Browser, running: InProcessFourServices
) -> None:
    sends(sender, ("lien.pdf", sample_files.pdf()))
    change_deposit(running, "lien.pdf", scan=Scan.PENDING)
    sender.follow("C'est lisible")
    assert "Antivirus : analyse en cours" in sender.text
    change_deposit(running, "lien.pdf", scan=Scan.CLEAN)
    sender.follow("Actualiser : Confirmation d'inscription signée")
    assert "Antivirus : fichier sain" in sender.text
    change_deposit(running, "lien.pdf", scan=Scan.INFECTED)
    sender.get(sender.path)
    assert "L'antivirus a trouvé ce fichier dangereux" in sender.text
