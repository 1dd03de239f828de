"""« Mes données »: a candidate reads what is kept and why, and has a copy of all of it, and nothing
of anybody else."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote
from zipfile import ZipFile

import jsonschema_rs
import pytest

from services.accounts.jobs import registry
from services.accounts.models import PersonalCopy, db
from services.contracts.retention import retention
from tests.accounts.creation_form import PASSWORD
from tests.gateway.candidates import Browser, CandidateFactory
from tests.gateway.components.html_checks import parsed, text_of
from tests.gateway.gestion.people import (
    NON_COMPLIANT,
    StaffFactory,
    deposit,
    deposit_pages,
    open_first,
)
from tests.gateway.portals import four_services, note_calls
from tests.registrations.domain.example_dossier import BTS as GUIDE
from tests.registrations.service.candidate_client import load
from tests.support.in_process_four_services import InProcessFourServices

running = four_services("module")
SECOND = replace(GUIDE, code="SECOND", label="SECOND BREVET")
COMMENT = "Il manque le verso."
PAGE = "/compte/donnees"
_SHOWN = {
    "": "//main//dd",
    "/compte": (
        "//main//input[@type='text' or @type='email' or @type='date']/@value | "
        "//main//option[@selected]"
    ),
    "/documents/": "//main//a[contains(@class, 'portail-document__lien')]/text()",
    "/historique": "//main//h2",
    "/inscription/": (
        "//main//input[@type='text' or @type='email' or @type='tel']/@value | "
        "//main//option[@selected]"
    ),
    "/justificatifs/": (
        "//main//a[contains(@href, '/fichier/')] | //main//*[contains(@class, 'fr-badge')]"
    ),
    "/messages": "//main//summary | //main//*[@class='portail-mail__texte']",
}
"""Where pages of these addresses show something of a person."""


def deposit_files(browser: Browser, candidature: str, *names: str) -> None:
    for page, name in zip(
        deposit_pages(browser, f"/justificatifs/{candidature}"), names, strict=False
    ):
        deposit(browser, page, name)


def candidatures(browser: Browser) -> list[str]:
    browser.get("/justificatifs")
    if browser.path != "/justificatifs":
        return [browser.shown_id]
    links = browser.page.xpath("//main//a/@href[starts-with(., '/justificatifs/')]")
    return [str(link).rpartition("/")[2] for link in links]


def made(portal: InProcessFourServices, browser: Browser) -> str:
    """Ask for a copy and have it made; its address."""
    browser.get(PAGE)
    browser.press("Demander une copie", current_password=PASSWORD)
    assert "Votre demande est enregistrée" in browser.text
    portal.deliver()
    browser.get(PAGE)
    return str(browser.page.xpath("//main//a/@href[contains(., '/copies/')]")[0])


@pytest.fixture(scope="module")
def people(running: InProcessFourServices) -> dict[str, Browser]:
    """Two candidates: who has two candidatures, six files, one of them refused, a draft; and
    somebody else."""
    load(running.registrations.app, SECOND)
    candidates = CandidateFactory(running)
    browsers = {}
    for name, prenoms in (("DUPRÉ", "Zoé"), ("QUELQUUN", "Autre")):
        identity = {"nom_famille": name, "nom_famille_confirmation": name, "prenoms": prenoms}
        email = candidates.create_activated_account(
            f"{prenoms.lower().replace('é', 'e')}@exemple.org", **identity
        )
        candidates.register(email)
        browsers[name] = candidates.log_in(email)
    email = "zoe@exemple.org"
    candidates.register(email, "SECOND")
    running.deliver()
    own = browsers["DUPRÉ"]
    other = browsers["QUELQUUN"]
    first, second = candidatures(own)
    deposit_files(own, first, "passeport.pdf", "diplôme & co.pdf", "journée.pdf")
    deposit_files(own, second, "../relevé.pdf", "recensement.pdf")
    deposit_files(other, candidatures(other)[0], "fichier-d-autrui.pdf")
    deposit_files(own, first, "passeport-encore.pdf")
    running.deliver()
    gestionnaire = StaffFactory(running).logged_in("03")
    open_first(gestionnaire, first)
    gestionnaire.press(NON_COMPLIANT, comment=COMMENT)
    own.get(f"/inscriptions/{second}")
    own.press("Modifier")
    own.press("2 - Identification")
    own.press("3 - Informations candidature", telephone_mobile="06 98 76 54 32")
    running.deliver()
    return browsers


@pytest.fixture(scope="module")
def shown(people: dict[str, Browser]) -> set[str]:
    """What pages show before the copy is asked for, which a mail announces."""
    return shown_to(people["DUPRÉ"])


@pytest.fixture(scope="module")
def copy(people: dict[str, Browser], running: InProcessFourServices, shown: set[str]) -> ZipFile:
    browser = people["DUPRÉ"]
    answer = browser.get(made(running, browser))
    assert answer.headers["Content-Type"] == "application/zip"
    return ZipFile(io.BytesIO(answer.data))


def pages_of(browser: Browser) -> Iterator[tuple[str, str]]:
    """Every page that shows something of a candidate: its address, and its text."""
    own = candidatures(browser)
    own_pages = [
        f"{page}/{id}" for id in own for page in ("/inscriptions", "/documents", "/justificatifs")
    ]
    drafts = browser.get("/inscriptions").text
    tabs = set(re.findall(r"/inscription/[0-9a-f]{32}", drafts))
    for path in (
        "/",
        "/compte",
        "/inscriptions",
        "/messages",
        *own_pages,
        *(f"/inscriptions/{id}/historique" for id in own),
        *(f"{draft}/{number}" for draft in tabs for number in range(1, 9)),
    ):
        assert browser.get(path).status_code == 200, path
        yield path, browser.answer.text


def words_of(text: str) -> str:
    return " ".join(text.split()).replace("\N{NARROW NO-BREAK SPACE}", " ")


def shown_to(browser: Browser) -> set[str]:
    """What pages show of a candidate, in groups of words: answers, names of files, what happened,
    what is typed."""
    shown = set()
    for path, text in pages_of(browser):
        for places in (xpath for part, xpath in _SHOWN.items() if part in path):
            for found in parsed(text).xpath(places):
                words = words_of(str(found) if isinstance(found, str) else text_of(found))
                shown |= set(re.split(" : | – ", words))
    return {words for words in shown if len(words) > 2}


def text_of_copy(copy: ZipFile) -> str:
    return words_of(text_of(parsed(copy.read("index.html").decode())))


def numero_of(browser: Browser) -> str:
    browser.get("/inscriptions")
    return str(re.findall(r"\b0\d{10}\b", browser.text)[0])


def test_all_that_pages_show_of_a_candidate_is_in_the_copy(shown: set[str], copy: ZipFile) -> None:
    told = text_of_copy(copy)
    assert {"DUPRÉ", "passeport-encore.pdf", "06 98 76 54 32", "Non Conforme"} <= shown
    assert {words for words in (*shown, COMMENT) if words not in told} == set()


def test_every_file_is_in_it_byte_for_byte(people: dict[str, Browser], copy: ZipFile) -> None:
    """Those replaced too, under their names, which lead nowhere else; and the documents as the
    pages give them."""
    own = people["DUPRÉ"]
    names = [name.partition("-")[2] for name in copy.namelist() if name.startswith("pieces/")]
    assert sorted(names) == sorted(
        [
            "passeport.pdf",
            "passeport-encore.pdf",
            "diplôme & co.pdf",
            "journée.pdf",
            "relevé.pdf",
            "recensement.pdf",
        ]
    )
    links = {
        str(link)
        for id in candidatures(own)
        for kind in ("documents", "justificatifs")
        if own.get(f"/{kind}/{id}")
        for link in own.page.xpath(
            "//main//a/@href[contains(., '/fichier/') and not(contains(., '?'))]"
        )
    }
    assert len(links) == 4 + 5
    assert {own.get(link).data for link in links} <= {copy.read(name) for name in copy.namelist()}
    page = parsed(copy.read("index.html").decode())
    linked = {unquote(str(link)) for link in page.xpath("//a/@href[not(starts-with(., '#'))]")}
    assert linked == {name for name in copy.namelist() if "/" in name}


def test_nothing_of_anybody_else_is_in_it(people: dict[str, Browser], copy: ZipFile) -> None:
    texts = "".join(copy.read(name).decode() for name in ("index.html", "donnees.json")) + "".join(
        copy.namelist()
    )
    of_others = (
        "QUELQUUN",
        "autre@exemple.org",
        "fichier-d-autrui",
        numero_of(people["QUELQUUN"]),
    )
    assert [word for word in (*of_others, "DUVAL", "gestion1@") if word in texts] == []
    assert numero_of(people["DUPRÉ"]) in texts


def test_its_data_are_of_the_schema_and_of_known_kinds(
    people: dict[str, Browser], copy: ZipFile
) -> None:
    data = json.loads(copy.read("donnees.json"))
    schema = people["DUPRÉ"].get("/api/mes-donnees.schema.json").json or {}
    jsonschema_rs.validator_for(schema).validate(data)
    assert json.loads(copy.read("schema.json")) == schema
    kinds = {group["kind"] for group in data["held"] if group["items"]}
    held = "brouillons candidatures comptes connexions copies documents journal mails pieces"
    assert kinds == set(held.split())
    for kind in kinds:
        assert words_of(retention().sentence(retention().kind(kind))) in text_of_copy(copy)


def test_the_page_says_what_is_kept_why_and_until_when(people: dict[str, Browser]) -> None:
    browser = people["DUPRÉ"]
    browser.get("/compte")
    browser.follow("Mes données")
    for kind in retention().kinds:
        for words in (kind.holds, kind.purpose, retention().sentence(kind)):
            assert words_of(words) in words_of(browser.text)
    assert "Je soussigné(e) Zoé DUPRÉ demande la rectification" in browser.text


def test_the_page_asks_accounts_alone(
    people: dict[str, Browser], running: InProcessFourServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = note_calls(monkeypatch, **running.apps)
    people["DUPRÉ"].drop_cached_exchange()
    assert people["DUPRÉ"].get(PAGE).status_code == 200
    assert sorted(asked()) == ["accounts GET /v1/me/copies", "accounts POST /v1/sessions/exchange"]


def test_its_owner_alone_has_it_for_seven_days(
    candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    """Then it is deleted with its row; a member of staff has no session that opens it."""
    browser = candidates.log_in()
    path = made(running, browser)
    assert candidates.log_in().get(path).status_code == 404
    assert StaffFactory(running).logged_in("03").get(path, follow=False).status_code in (302, 303)
    assert browser.get(path).status_code == 200
    store = running.accounts.app.extensions["accounts.dependencies"].store
    id = path.rpartition("/")[2]
    [key] = [key for key in store.list_keys() if id in key]
    running.advance_clock(days=7)
    assert browser.get(path).status_code == 404
    with running.accounts.app.app_context():
        registry.jobs["delete-copies"].run()
        with db.reading() as transaction:
            assert transaction.get(PersonalCopy, id) is None
    assert key not in store.list_keys()
