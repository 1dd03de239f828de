"""« Mes justificatifs »: every piece in each of its states (guide §9, §10)."""

from __future__ import annotations

from typing import Any

from tests.pieces import made
from tests.screens.browser_candidate import Person
from tests.screens.story_context import Walk, until
from tests.support.processes import wait_until

TOO_MUCH = b"%PDF-1.7" + b"0" * (5 * 1024 * 1024)
# By the order of the list: what the gestionnaire thinks of what was deposited.
OPINIONS: tuple[dict[str, Any], ...] = (
    {"status": "compliant"},
    {
        "status": "non_compliant",
        "comment": "La photographie est illisible : numérisez la pièce de nouveau, à plat et en couleur.",
        "resubmit_until": "2021-11-12",
    },
    {"status": "received", "received_on": "2021-10-04"},
)


def deposits(walk: Walk) -> None:
    """From nothing deposited to handed over and judged."""
    album, person = walk.album, walk.person().arrives()
    candidature = person.registers()
    listed = f"/justificatifs/{candidature}"
    until(lambda: asked(person, listed), "the pieces asked for")
    album.take(person.open("/justificatifs"), "justificatifs-choix")
    album.take(person.open(listed), "justificatifs")
    _refusals(walk, person, listed)
    _deposited_everywhere(person, listed)
    album.take(person.open(f"{listed}?fait=depose"), "justificatifs-deposes")
    album.take(person.follow("/suppression/"), "justificatifs-suppression")
    person.open(listed)
    album.take(person.follow("/validation/"), "justificatifs-validation")
    album.take(person.submit(), "justificatifs-fournis")
    walk.judge(OPINIONS)
    album.take(person.open(listed), "justificatifs-statuts")


def asked(person: Person, listed: str) -> bool:
    return "/depot/" in person.context.request.get(f"{person.url}{listed}").text()


def _refusals(walk: Walk, person: Person, listed: str) -> None:
    person.open(listed)
    album, page = walk.album, person.follow("/depot/")
    album.take(page, "depot")
    _chooses(person, ("note.pdf", b"ceci n'est pas un PDF"))
    page.get_by_role("button", name="Envoyer", exact=True).click()
    page.locator(".fr-message--error").wait_for()
    album.take(page, "depot-refuse")
    _chooses(person, ("scan.pdf", TOO_MUCH))
    album.take(page, "depot-trop-gros")
    _under_way(walk, person)
    page.goto(f"{page.url}?fait=session")
    album.take(page, "depot-session-terminee")


def _under_way(walk: Walk, person: Person) -> None:
    """Photographs chosen, a line that breaks, a session that ends, and what is thought of what was deposited."""
    album, page = walk.album, person.page
    _chooses(person)
    _chooses(person, ("recto.jpg", made.image("JPEG", (640, 400))), ("verso.jpg", made.flat("JPEG", (640, 400))))
    page.locator("canvas").nth(1).wait_for()
    album.take(page, "depot-photos")
    page.route("**/envois/**", lambda route: route.abort("connectionreset"))
    page.get_by_role("button", name="Envoyer", exact=True).click()
    page.get_by_text("La connexion est interrompue").wait_for()
    album.take(page, "depot-interrompu")
    page.unroute("**/envois/**")
    page.route("**/envois/**", lambda route: route.fulfill(status=401, body="{}"))
    page.get_by_role("button", name="Réessayer").click()
    page.get_by_text("Votre session est terminée.").wait_for()
    album.take(page, "depot-session")
    page.unroute("**/envois/**")
    page.get_by_role("button", name="Réessayer").click()
    page.get_by_role("heading", level=1, name="Est-ce lisible ?").wait_for()
    picture = page.locator(".portail-apercu img")
    wait_until(lambda: picture.evaluate("image => image.naturalWidth") > 0, 60, "the picture")
    album.take(page, "lisible-a-verifier")
    page.go_back()


def _chooses(person: Person, *files: tuple[str, bytes]) -> None:
    sent = [{"name": name, "mimeType": "x/x", "buffer": content} for name, content in files]
    person.page.locator("[name=fichier]").set_input_files(sent)  # type: ignore[arg-type]


def _deposited_everywhere(person: Person, listed: str) -> None:
    person.open(listed)
    links = person.page.locator("a[href*='/depot/']").evaluate_all("links => links.map(one => one.pathname)")
    for number, path in enumerate(links, start=1):
        person.open(path)
        _chooses(person, (f"pièce numérisée {number}.pdf", made.pdf()))
        person.press("Envoyer")
        person.page.get_by_role("heading", level=1, name="Est-ce lisible ?").wait_for()
