"""« Mes justificatifs »: every piece in each of its states (guide §9, §10)."""

from __future__ import annotations

from typing import Any

from tests.pieces import made
from tests.screens.people import Person
from tests.screens.walk import Walk, until

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
    walk.album.take(person.follow("/depot/"), "depot")
    walk.album.take(_sent(person, "note.pdf", b"ceci n'est pas un PDF"), "depot-refuse")
    person.page.locator("[name=fichier]").set_input_files(
        {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": TOO_MUCH}
    )
    person.page.get_by_role("button", name="Envoyer", exact=True).click()
    walk.album.take(person.page, "depot-trop-gros")


def _sent(person: Person, name: str, content: bytes) -> Any:
    person.page.locator("[name=fichier]").set_input_files({"name": name, "mimeType": "x/x", "buffer": content})
    return person.press("Envoyer")


def _deposited_everywhere(person: Person, listed: str) -> None:
    person.open(listed)
    links = person.page.locator("a[href*='/depot/']").evaluate_all("links => links.map(one => one.pathname)")
    for number, path in enumerate(links, start=1):
        person.open(path)
        _sent(person, f"pièce numérisée {number}.pdf", made.pdf())
        assert person.page.url.startswith(f"{person.url}{listed}"), person.page.inner_text("main")
