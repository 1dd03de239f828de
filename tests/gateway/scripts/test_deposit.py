"""A deposit by the page's script: what broke goes on where it broke, nothing is sent twice, the verdict appears."""

from playwright.sync_api import Route, expect

from services.chassis.french import file_size
from services.contracts.piece_rules import MAX_FILE_BYTES, Scan
from tests.gateway.deposited_pieces import set_scan
from tests.gateway.scripts.sender import KIBIBYTE, PART, SLOW, Sender
from tests.pieces import sample_files

LAST = PART // 20  # a last part of 1 %
PDF = sample_files.pdf_of_size(4 * PART + LAST)
PARTS = [number * PART for number in range(5)]


def test_an_upload_cut_at_10_50_and_99_percent_of_a_slow_line_goes_on_where_it_broke(sender: Sender) -> None:
    """Takes long: the line is slow."""
    sender.set_line_speed(SLOW)
    sender.sends(("relevé.pdf", PDF))
    for cut in (PARTS[0], PARTS[2], PARTS[4]):
        while not sender.sent_offsets or sender.sent_offsets[-1] != cut:
            sender.page.wait_for_event("request", lambda sent: sent.method == "PATCH")
        sender.line(SLOW, offline=True)
        sender.says("La connexion est interrompue")
        sender.line(SLOW)
    sender.is_asked_whether_it_is_legible()
    assert sender.accepted_offsets == PARTS
    assert len(sender.sent_offsets) <= len(PARTS) + 3, "of what was cut, the part under way alone left again"


def test_a_page_loaded_again_goes_on_with_the_same_file(sender: Sender) -> None:
    sender.at_part(2, lambda route: route.abort("connectionreset"))
    sender.sends(("relevé.pdf", PDF))
    sender.says("La connexion est interrompue")
    assert "relevé" not in sender.page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    sender.page.reload()
    sender.page.get_by_label("Choisir un fichier").set_input_files(sender.folder / "relevé.pdf")
    sender.sends()
    sender.is_asked_whether_it_is_legible()
    assert sender.accepted_offsets == PARTS


def test_a_session_that_ends_meanwhile_keeps_the_page_and_what_was_sent(sender: Sender) -> None:
    def ends(route: Route) -> None:
        sender.logs_out()
        route.continue_()

    sender.at_part(2, ends)
    sender.sends(("relevé.pdf", PDF))
    sender.says("Votre session est terminée")
    sender.page.get_by_role("link", name="S'identifier dans un nouvel onglet").wait_for()
    sender.page.wait_for_event("response", lambda answer: answer.request.method == "HEAD" and answer.status == 401)
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
    set_scan(sender.portal, "attente.pdf", Scan.PENDING)
    page.get_by_role("link", name="C'est lisible").click()
    expect(page.get_by_text("Antivirus : analyse en cours")).to_be_visible()
    page.get_by_role("link", name="attente.pdf").focus()
    set_scan(sender.portal, "attente.pdf", Scan.CLEAN)
    expect(page.get_by_text("Antivirus : fichier sain", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("link", name="attente.pdf")).to_be_focused()
    expect(page.locator("[data-analyses]")).to_contain_text("Analyse terminée.")
