"""What the antivirus says is always shown, and appears by itself."""

from __future__ import annotations

from playwright.sync_api import expect

from services.contracts import page_labels
from services.pieces.domain.statuses import Scan
from services.pieces.models import Deposit, db
from tests.gateway.uploads.sender import Sender
from tests.pieces import sample_files
from tests.support.in_process_four_services import InProcessFourServices


def scanned(portal: InProcessFourServices, filename: str, scan: Scan) -> None:
    with portal.apps["pieces"].app_context(), db.operation() as session:
        session.query(Deposit).filter_by(filename=filename).one().scan = scan


def deposited(sender: Sender, filename: str, scan: Scan) -> None:
    sender.chooses((filename, sample_files.pdf()))
    sender.sends()
    sender.arrives_at(page_labels.LEGIBILITY)
    scanned(sender.portal, filename, scan)
    sender.page.get_by_role("link", name="C'est lisible").click()


def test_the_verdict_appears_by_itself_and_the_focus_stays(sender: Sender) -> None:
    deposited(sender, "attente.pdf", Scan.PENDING)
    page = sender.page
    expect(page.get_by_text("Antivirus : analyse en cours")).to_be_visible()
    page.get_by_role("link", name="attente.pdf").focus()
    scanned(sender.portal, "attente.pdf", Scan.CLEAN)
    expect(page.get_by_text("Antivirus : fichier sain", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("link", name="attente.pdf")).to_be_focused()
    expect(page.locator("[data-analyses]")).to_contain_text("Analyse terminée.")


def test_a_dangerous_file_says_to_replace_it(sender: Sender) -> None:
    deposited(sender, "virus.pdf", Scan.PENDING)
    scanned(sender.portal, "virus.pdf", Scan.INFECTED)
    expect(sender.page.get_by_text("L'antivirus a trouvé ce fichier dangereux")).to_be_visible(timeout=60_000)


def test_without_script_a_link_asks_again(plain_sender: Sender) -> None:
    deposited(plain_sender, "lien.pdf", Scan.PENDING)
    scanned(plain_sender.portal, "lien.pdf", Scan.CLEAN)
    plain_sender.page.get_by_role("link", name="Actualiser").click()
    expect(plain_sender.page.get_by_text("Antivirus : fichier sain", exact=True)).to_be_visible()
