"""On a slow line a page is used before its scripts arrive: what was typed and chosen until then counts as after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Response, Route, expect

from tests.gateway.scripts.typist import CANDIDATURE, IDENTIFICATION, SAVED, Typist

SCHOOL_CODE = "0250013D"
SCHOOL = f"LP P.ADRIEN PARIS - BESANCON ({SCHOOL_CODE})"


@contextmanager
def before_scripts(typist: Typist, number: int) -> Iterator[None]:
    """The tab as it is shown before its scripts arrive, which they do at the end of the block."""
    held: list[Route] = []
    typist.page.route("**/portail.js", lambda route: held.append(route), times=1)
    typist.page.goto(f"{typist.draft}/{number}", wait_until="commit")
    typist.page.get_by_role("button", name="Suivant", exact=True).wait_for()
    yield
    held.pop().continue_()


def test_a_choice_made_before_the_scripts_arrive_changes_the_form(typist: Typist) -> None:
    country = typist.field("pays")
    with before_scripts(typist, IDENTIFICATION):
        expect(typist.field("code_postal")).to_have_attribute("inputmode", "numeric")
        country.select_option(label="ALLEMAGNE")
    expect(typist.field("code_postal")).not_to_have_attribute("inputmode", "numeric")
    expect(country.locator("option:checked")).to_have_text("ALLEMAGNE")


def test_what_is_typed_before_the_scripts_arrive_is_saved(typist: Typist) -> None:
    with before_scripts(typist, IDENTIFICATION):
        typist.field("adresse").fill("1 rue du port")
    typist.reads(SAVED)
    typist.holds("adresse", "1 rue du port")


def test_a_page_on_which_nothing_was_typed_before_the_scripts_arrive_saves_nothing(typist: Typist) -> None:
    with before_scripts(typist, IDENTIFICATION):
        pass
    typist.page.wait_for_load_state()
    with typist.page.expect_request("**/saisie"):
        typist.field("adresse").fill("1 rue du port")
    assert typist.saves == 1


def test_words_typed_before_the_scripts_arrive_are_not_sent_for_the_school_chosen_earlier(typist: Typist) -> None:
    typist.opens(CANDIDATURE)
    typist.field("categorie").select_option("320")
    words = typist.field("etablissement-texte")
    words.fill("adrien paris")
    with typist.page.expect_response(_has_school):
        typist.page.get_by_role("option", name=SCHOOL, exact=True).click()
    typist.reads(SAVED)
    with before_scripts(typist, CANDIDATURE):
        expect(words).to_have_value(SCHOOL)
        words.fill("Pasteur")
        typist.field("categorie").focus()
    typist.reads(SAVED)
    expect(words).to_have_value("Pasteur")
    expect(typist.field("etablissement")).to_have_value("")


def _has_school(answer: Response) -> bool:
    """Whether it answers a post with the school: the category is posted before it."""
    return answer.ok and SCHOOL_CODE in (answer.request.post_data or "")
