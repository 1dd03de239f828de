"""Every mail of the portal as people read it: one action, its address in full, the same in text and
HTML."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import html5lib
import pytest

from services.accounts import mail_texts as of_accounts
from services.contracts.pieces import MissingGroup, MissingPiece
from services.contracts.registrations import RegistrationSaved
from services.mail.letter import DEMONSTRATION, LINK_IN_FULL, REMOVED, Action, Letter
from services.mail.mailer import Mail
from services.mail.settings import Letterhead
from services.registrations import mail_texts as of_registrations
from services.registrations.domain.exam_definition import OpeningView
from services.registrations.mail_texts import IncompleteContext, MailContext
from tests.registrations.domain.example_dossier import BESANCON, BTS, SESSION

SAMPLE = Path(__file__).parents[1] / "contracts" / "samples" / f"{RegistrationSaved.TYPE}.json"
AT = datetime(2021, 10, 4, 12, 8, tzinfo=UTC)
URL = "https://portail.example"
TOKEN = "QmlubmV0LUxhdXJlbnQtMjAwMS1DYWVuLTE0LWF0dGVudGU"

VIEW = OpeningView("BTS-2022-03", "", BTS, SESSION, BESANCON)


def _context(reason: str | None = None) -> MailContext:
    saved = RegistrationSaved.from_data(json.loads(SAMPLE.read_text(encoding="utf-8")))
    return MailContext(saved, AT, reason, URL)


def _incomplete(refused: bool) -> IncompleteContext:
    comment = "La signature manque." if refused else None
    piece = MissingPiece("NATIDE06", "Document justifiant l'identité", refused, comment)
    return IncompleteContext(
        _context().saved, (MissingGroup("Nationalité", "2021-10-31T23:00:00+00:00", (piece,)),)
    )


LET_ACT = {
    "activation",
    "password_reset",
    "email_change_confirmation",
    "email_change_requested",
    "staff_invitation",
    "second_factor_reset",
}
"""Mails of accounts of which whoever has the link's address may act."""


def _of_accounts(name: str) -> Letter:
    url = f"{URL}/compte/{TOKEN}" if name in LET_ACT else f"{URL}/compte"
    return of_accounts.letter(name, url, at=AT, answer="Vos pièces sont gardées.")


LETTERS: dict[str, Letter] = {
    **{f"{name}_mail": _of_accounts(name) for name in of_accounts.LETTERS},
    "receipt_mail": of_registrations.receipt_mail(_context()),
    **{
        f"{name}_mail": of_registrations.letter(name, _context("Pièce reçue"))
        for name in of_registrations.LETTERS
    },
    "document_mail": of_registrations.document_mail(
        _context("Changement de centre"), "withdrawn", "Convocation"
    ),
    "dates_mail": of_registrations.dates_mail(_context()),
    "reminder_mail": of_registrations.reminder_mail([_incomplete(False)], AT, URL),
    "refusal_mail": of_registrations.refusal_mail(_incomplete(True), AT, URL),
    "draft_reminder_mail": of_registrations.draft_reminder_mail(VIEW, URL),
    "extension_mail": of_registrations.extension_mail("Le portail était indisponible.", VIEW, URL),
}


LETTERHEAD = Letterhead(
    ("RÉPUBLIQUE", "FRANÇAISE"), "Gestion des examens et concours", "Ministère", False
)


def to_mail(letter: Letter, letterhead: Letterhead = LETTERHEAD) -> Mail:
    return letter.mail(letterhead, to="pierre@exemple.fr", message_id="x", date=AT)


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def parse_html(mail: Mail) -> Any:
    return html5lib.parse(mail.html, treebuilder="lxml", namespaceHTMLElements=False).getroot()


def text_of(element: Any) -> str:
    return words("".join(element.itertext()))


@pytest.fixture(params=LETTERS.values(), ids=list(LETTERS))
def letter(request: pytest.FixtureRequest) -> Letter:
    letter: Letter = request.param
    return letter


def test_every_mail_of_the_portal_is_among_the_letters_tested_here() -> None:
    written = [name for name in vars(of_registrations) if name.endswith("_mail")]
    written += [
        f"{name}_mail" for texts in (of_accounts, of_registrations) for name in texts.LETTERS
    ]
    assert sorted(written) == sorted(LETTERS)


def test_a_mail_has_one_action_as_a_button_and_its_address_in_full(letter: Letter) -> None:
    action = next(block for block in letter.blocks if isinstance(block, Action))
    page = parse_html(to_mail(letter))
    text = to_mail(letter).text
    button, address = page.xpath("//a")
    assert (text_of(button), button.get("href")) == (action.label, action.url)
    assert (text_of(address), address.get("href")) == (action.url, action.url)
    assert set(re.findall(r"https?://\S+", text)) == {action.url}
    assert LINK_IN_FULL in words(text)


def test_text_and_html_say_the_same(letter: Letter) -> None:
    text = words(to_mail(letter).text)
    page = text_of(parse_html(to_mail(letter)))
    for block in letter.blocks:
        for line in block.split("\n") if isinstance(block, str) else (block.label, block.url):
            assert words(line) in text
            assert words(line) in page


def test_a_mail_can_be_read_aloud_in_the_dark_and_without_pictures(letter: Letter) -> None:
    page = parse_html(to_mail(letter))
    assert page.get("lang") == "fr"
    assert (
        page.xpath("//title/text()")
        == [letter.subject]
        == [text_of(element) for element in page.xpath("//h1")]
    )
    assert {table.get("role") for table in page.xpath("//table")} == {"presentation"}
    assert page.xpath("//img | //link | //script | //iframe") == []
    assert "url(" not in to_mail(letter).html
    assert page.xpath("//meta[@name='color-scheme']/@content") == ["light dark"]
    assert "prefers-color-scheme: dark" in to_mail(letter).html


def test_outside_production_every_mail_says_that_it_is_worth_nothing(letter: Letter) -> None:
    shown = Letterhead(("MA", "RÉGION"), "Examens", "Rectorat", True)
    for mail, is_said in ((to_mail(letter, shown), True), (to_mail(letter), False)):
        for part in (mail.text, mail.html.replace("&#39;", "'").replace("\xa0", " ")):
            assert (DEMONSTRATION in part, "RÉGION" in part) == (is_said, is_said)


def test_what_somebody_typed_is_text_and_nothing_else() -> None:
    hostile = '<script>alert(1)</script> & "x"'
    mail = to_mail(
        Letter(hostile, (f"Motif : {hostile}", Action("Ouvrir", 'http://x.example/?a=1&b="><b>')))
    )
    assert parse_html(mail).xpath("//script | //b") == []
    assert hostile in text_of(parse_html(mail))
    assert hostile in mail.text


def test_an_address_that_lets_act_is_in_the_mail_alone(letter: Letter) -> None:
    secret = next(block for block in letter.blocks if isinstance(block, Action)).secret
    assert (TOKEN in to_mail(letter).text) is secret
    assert TOKEN not in letter.text_to_reread()
    assert (REMOVED in letter.text_to_reread()) is secret
