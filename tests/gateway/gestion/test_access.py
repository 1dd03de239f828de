"""Who comes in to « Espace de gestion », what somebody else finds there, and forms and addresses
made by hand."""

import re
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from gateway.cookies import SESSION_COOKIE, STAFF_SESSION_COOKIE, cookie_name
from gateway.layout.frame import GESTION_HOME, GESTION_PAGES
from services.accounts.domain.staff import Role
from services.accounts.models import Account, LoginSession, db
from services.contracts import page_labels
from services.pieces.models import Candidature, Piece
from services.pieces.models import db as pieces_db
from tests.accounts.creation_form import PASSWORD as CANDIDATES_PASSWORD
from tests.architecture.ledger import routes_of
from tests.gateway.candidates import Browser, CandidateFactory
from tests.gateway.gestion.people import (
    NON_COMPLIANT,
    PASSWORD,
    StaffFactory,
    change_deposit,
    end_session,
    log_in,
)
from tests.support.in_process_four_services import InProcessFourServices

OF_WHO_CONSULTS = (
    "staff",
    "staff(account:manage)",
    "staff(pieces:read)",
    "staff(candidatures:read)",
)
NUMERO = re.compile(r"\b0[0-9]{10}\b")
WRITING_PAGES = sorted(
    rule
    for method, rule, who in routes_of("gateway")
    if method != "GET" and who.startswith("staff") and who not in OF_WHO_CONSULTS
)
ACTS = ("relance", "reinitialisation", "profil", "desactivation", "reactivation")
OF_ADMINISTRATORS = ("catalogue", "ouvertures", "annonces", "comptes", "journal", "equipe")
TEAM_POSTS = ("/gestion/equipe/invitation", *(f"/gestion/equipe/{'0' * 32}/{act}" for act in ACTS))
OTHER_PLACES = (
    "//evil.example/gestion",
    "/gestion\\..\\evil",
    "/gestion.evil.example",
    "https://evil.example/gestion",
    "/gestion\r\n",
    "/gestion/connexion?suite=/gestion",
    "/gestion@evil.example",
)


def test_a_second_factor_is_asked_for_and_each_code_is_taken_once(staff: StaffFactory) -> None:
    account = staff.account("03")
    browser = staff.browser()
    browser.get("/gestion/connexion")
    log_in(browser, account, code="")
    assert (browser.answer.status_code, browser.value("identifiant")) == (403, account.email)
    code = account.code
    log_in(browser, account, code=f"{code[:3]} {code[3:]}")
    assert (browser.path, browser.title) == ("/gestion", GESTION_HOME.label)
    assert "Anne DUVAL (gestionnaire)" in browser.text
    other = staff.browser()
    other.get("/gestion/connexion")
    log_in(other, account, code=code)
    assert other.answer.status_code == 401


def test_whoever_is_not_logged_in_is_asked_to_and_comes_back(staff: StaffFactory) -> None:
    browser = staff.browser()
    browser.get("/gestion/pieces?statut=toutes")
    assert browser.path == "/gestion/connexion"
    log_in(browser, staff.account("03"))
    assert browser.answer.request.full_path == "/gestion/pieces?statut=toutes"


def test_the_menu_marks_the_entry_that_a_page_is_below_and_none_of_an_error(
    gestionnaire: Browser,
) -> None:
    marked = {"/gestion": "/gestion", "/gestion/documents/nouveau": "/gestion/documents"}
    for path, entry in (
        *marked.items(),
        ("/gestion/invitation/inconnue", None),
        ("/gestion/pieces/nulle-part", None),
    ):
        gestionnaire.get(path)
        links = gestionnaire.page.xpath(
            "//nav//a[@class='fr-nav__link'][@aria-current='page']/@href"
        )
        assert links == ([entry] if entry else []), path


def test_a_gestionnaire_has_nothing_of_administrators(
    gestionnaire: Browser, candidature: str
) -> None:
    for key in OF_ADMINISTRATORS:
        assert GESTION_PAGES[key].label not in gestionnaire.text
        assert gestionnaire.get(GESTION_PAGES[key].url).status_code == 403, key
        assert gestionnaire.text.count("Vous n'avez pas accès à cette page") == 1, key
    for path in ("/gestion/conservation", "/gestion/effacements"):
        assert gestionnaire.get(path).status_code == 403, path
    for path in (
        *TEAM_POSTS,
        "/gestion/messages",
        "/gestion/catalogue",
        "/gestion/conservation/suspension",
    ):
        assert (
            gestionnaire.post(path, {"reason": "Mutation", "code": "123456"}).status_code == 403
        ), path
    gestionnaire.get(f"/gestion/candidatures/{candidature}")
    assert "Son compte" not in gestionnaire.text


def test_who_consults_has_nothing_to_change(staff: StaffFactory, candidature: str) -> None:
    browser = staff.logged_in("03", role=Role.CONSULTATION)
    pieces = "/gestion/pieces?statut=toutes"
    browser.get(pieces)
    piece = browser.page.xpath("//tbody//a/@href")[0]
    lists = ("/gestion", pieces, "/gestion/relances", "/gestion/documents")
    linked = set()
    for path in (*lists, piece, f"/gestion/candidatures/{candidature}"):
        assert browser.get(path).status_code == 200, path
        linked |= {link for link in browser.page.xpath("//a/@href") if link.startswith("/gestion")}
        forms = [
            form for form in browser.page.xpath("//main//form") if not set(form.attrib) & {"role"}
        ]
        assert not forms, (path, forms)
    assert {"/gestion/candidatures", "/gestion/documents"} < linked
    for path in linked | {"/gestion/pieces.csv", "/gestion/candidatures.csv"}:
        assert browser.get(path).status_code == 200, path
    for rule in WRITING_PAGES:
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule).replace("<candidature_id>", candidature)
        assert (
            browser.post(re.sub("<[^>]+>", "0" * 32, path), {"reason": "Essai"}).status_code == 403
        ), path


@pytest.mark.usefixtures("candidature")
def test_who_has_the_same_name_is_told_apart_in_every_list_and_where_something_is_done_to_them(
    gestionnaire: Browser, candidature: str
) -> None:
    for path in ("/gestion/pieces?statut=toutes", "/gestion/relances"):
        gestionnaire.get(path)
        named = [text for text in gestionnaire.rows() if "BINET" in text]
        assert named, path
        assert all(NUMERO.search(text) for text in named), path
        for label in gestionnaire.texts("//tbody//label"):
            assert re.search(rf"BINET .*, N° {NUMERO.pattern}", label), path
    for act in ("ecart", "desinscription", "document"):
        gestionnaire.get(f"/gestion/candidatures/{candidature}/{act}")
        assert NUMERO.search(gestionnaire.text), act


def test_a_candidates_password_opens_no_gestion_and_is_told(
    candidates: CandidateFactory, staff: StaffFactory
) -> None:
    browser = staff.browser()
    browser.get("/gestion/connexion")
    email = candidates.create_activated_account()
    browser.press(page_labels.LOG_IN, identifiant=email, password=CANDIDATES_PASSWORD)
    with staff.portal.accounts.app.app_context(), db.reading() as transaction:
        sessions = select(LoginSession).join(Account, Account.id == LoginSession.subject_id)
        left = transaction.scalars(
            sessions.where(Account.email == email, LoginSession.ended_at.is_(None))
        ).all()
    assert not left, "no session is left that nobody holds"
    assert browser.answer.status_code == 403
    assert "Ce compte est celui d'un candidat" in browser.text
    assert not browser.answer.headers.getlist("Set-Cookie")
    browser.get("/gestion")
    assert browser.path == "/gestion/connexion"


def test_a_gestionnaire_is_no_candidate(staff: StaffFactory) -> None:
    browser = staff.logged_in("03")
    browser.get("/inscriptions")
    assert browser.path == "/connexion"
    browser.get("/connexion")
    browser.press(page_labels.LOG_IN, identifiant=staff.account("03").email, password=PASSWORD)
    assert browser.answer.status_code == 403, "the candidates' page asks for no second factor"


@pytest.mark.usefixtures("candidature")
def test_another_académies_gestionnaire_finds_nothing(staff: StaffFactory) -> None:
    here = staff.logged_in("03")
    elsewhere = staff.logged_in("20")
    here.get("/gestion/pieces")
    pieces = [
        link for link in here.page.xpath("//tbody//a/@href") if link.startswith("/gestion/pieces/")
    ]
    assert pieces
    value = here.page.xpath("//input[@name='selection']/@value")[0]
    elsewhere.get("/gestion/pieces?statut=toutes")
    assert elsewhere.rows() == []
    path = pieces[0].partition("?")[0]
    for address in (path, f"{path}/page/1", f"{path}/fichier"):
        assert here.get(address).headers["Cache-Control"] == "no-store", address
        assert elsewhere.get(address).status_code == 404, address
    elsewhere.post(f"{path}/decision", {"decision": "compliant", "etag": '"x"', "deposit_id": ""})
    assert elsewhere.answer.status_code == 404
    assert elsewhere.post(f"{path}/ouverture", {"depot": "0" * 32}).status_code == 404
    elsewhere.post("/gestion/pieces/decisions", {"decision": "compliant", "selection": value})
    assert "1 pièce sans décision" in elsewhere.text
    assert "BINET" not in elsewhere.text, "a report names nobody of another académie"


def test_what_was_typed_stays_though_the_cookie_is_lost_and_for_nobody_else(
    staff: StaffFactory, candidature: str
) -> None:
    """Logged out in another tab; then somebody else's session has ended in the same browser."""
    account = staff.account("03")
    browser = staff.with_account(account, f"/gestion/candidatures/{candidature}")
    typed_in = browser.answer
    browser.press(page_labels.LOG_OUT)
    log_in(browser, other := staff.account("03"))
    end_session(browser, other)
    browser.answer = typed_in
    assert browser.press("Garder la note", text="Vu avec le lycée.").status_code == 401
    assert "Votre saisie est conservée" in browser.text
    asked = browser.answer
    log_in(browser, other)
    assert "n'a pas été reprise" in browser.text
    assert "Vu avec le lycée." not in browser.answer.text
    browser.press(page_labels.LOG_OUT)
    browser.answer = asked
    end_session(browser, account)
    log_in(browser, account)
    browser.press("Reprendre ma saisie")
    assert browser.path == f"/gestion/candidatures/{candidature}"
    assert "Vu avec le lycée." in browser.text


def test_a_token_that_is_refused_is_no_end_of_the_session(
    staff: StaffFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signing keys have changed: asking to log in would lead back here, without end."""
    browser = staff.logged_in("03")
    with monkeypatch.context() as turned:
        turned.setattr(
            staff.portal.pieces.app.extensions["portail.tokens"], "key_of", lambda key_id: None
        )
        answer = browser.get("/gestion", follow=False)
        assert answer.status_code == 503
        browser.post(
            "/gestion/pieces/1/decision",
            {"decision": "compliant", "etag": '"1"', "comment": "Lisible."},
        )
        assert (browser.answer.status_code, browser.value("comment")) == (503, "Lisible.")
    assert browser.get("/gestion", follow=False).status_code == 200


def test_the_secret_of_one_cookie_opens_nothing_in_the_other(
    staff: StaffFactory, candidates: CandidateFactory
) -> None:
    settings = staff.portal.gateway.app.extensions["portail"]
    for browser, kind, other in (
        (candidates.log_in(), SESSION_COOKIE, STAFF_SESSION_COOKIE),
        (staff.logged_in("03"), STAFF_SESSION_COOKIE, SESSION_COOKIE),
    ):
        own = cookie_name(settings, kind)
        browser.client.set_cookie(
            cookie_name(settings, other), browser.session(kind), domain="127.0.0.1"
        )
        browser.client.delete_cookie(own, domain="127.0.0.1")
        for path, door in (("/gestion", "/gestion/connexion"), ("/inscriptions", "/connexion")):
            browser.get(path)
            assert browser.path == door


def decision(browser: Browser, **fields: str) -> dict[str, str]:
    given = {name: browser.value(name) or "" for name in ("etag", "deposit_id", "candidature")}
    return {**given, "decision": "compliant", **fields}


def test_an_etag_or_a_decision_that_is_none_is_sent_to_no_service(desk: Browser) -> None:
    path = f"{desk.path}/decision"
    sent = decision(desk)
    etags = ("", '"a\r\nX-Role: administrateur"', '"é€"', '"\x00"', '""', '"' + "a" * 101 + '"')
    for wrong in (*({"etag": etag} for etag in etags), {"decision": "perdue"}):
        assert desk.post(path, {**sent, **wrong}).status_code == 404, wrong


def test_a_nul_takes_nothing_away_from_what_was_typed(desk: Browser) -> None:
    path = desk.path
    typed = {"comment": "Illi\0sible", "resubmit_until": "de\0main", "session": "\0"}
    assert (
        desk.post(f"{path}/decision", decision(desk, decision="non_compliant", **typed)).status_code
        == 422
    )
    assert (desk.value("resubmit_until"), "Illisible" in desk.text) == ("demain", True)
    desk.press(NON_COMPLIANT, resubmit_until="")
    desk.get(f"{path}?statut=toutes&session=%00")
    assert "« Illisible »" in desk.text
    desk.post("/gestion/candidatures", {"recherche": "bi\0net"})
    assert (desk.answer.status_code, desk.value("recherche")) == (200, "binet")


def test_where_there_is_no_page_one_is_still_in_the_espace_de_gestion_and_nowhere_else(
    staff: StaffFactory,
) -> None:
    browser = staff.logged_in("03")
    for path in (
        "/gestion/nulle-part",
        "/gestion/",
        "/gestion/deconnexion",
        "/gestion/pieces/a%2Fb",
    ):
        assert browser.get(path).status_code in (404, 405), path
        assert "Anne DUVAL (gestionnaire)" in browser.text
        browser.follow("Page d'accueil")
        assert (browser.path, browser.title) == ("/gestion", GESTION_HOME.label)
    assert "Anne DUVAL" not in browser.get("/gestionnaires").text


def test_candidates_texts_are_shown_as_texts(desk: Browser, running: InProcessFourServices) -> None:
    hostile = "<script>alert(1)</script>\"'{{ 7 * 7 }}"
    path = desk.path
    candidature = desk.value("candidature")
    with running.pieces.app.app_context(), pieces_db.operation() as transaction:
        texts = {"nom": hostile, "prenoms": hostile, "exam_label": hostile, "specialite": hostile}
        transaction.execute(update(Candidature).where(Candidature.id == candidature).values(texts))
        transaction.execute(
            update(Piece).where(Piece.candidature_id == candidature).values(group_label=hostile)
        )
    change_deposit(running, path.rpartition("/")[2], filename=hostile)
    desk.post(f"{path}/decision", decision(desk, decision="non_compliant", comment=hostile))
    lists = (
        f"/gestion/pieces?statut=toutes&candidature={candidature}",
        f"/gestion/pieces?code={quote(hostile)}",
    )
    for address in (f"{path}?statut=toutes&session={quote(hostile)}", *lists, "/gestion"):
        assert desk.get(address).status_code == 200
        assert "alert(1)" not in " ".join(desk.page.xpath("//script/text()"))
    desk.get(path)
    assert desk.text.count(hostile) >= 4


def test_after_logging_in_one_is_led_to_no_other_place(staff: StaffFactory) -> None:
    browser = staff.browser()
    account = staff.account("03")
    typed = {
        "identifiant": account.email,
        "password": PASSWORD,
        "code": account.code,
        "suite": OTHER_PLACES[0],
    }
    answer = browser.post("/gestion/connexion", typed, follow=False)
    assert (answer.status_code, answer.location) == (303, "/gestion")
    for address in OTHER_PLACES:
        answer = browser.get(f"/gestion/connexion?suite={quote(address)}", follow=False)
        assert answer.location == "/gestion", address
