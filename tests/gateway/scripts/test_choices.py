"""A choice is saved together with what is typed, before the scripts arrive as after, and holds it up in nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Response, Route, expect

from tests.gateway.scripts.typist import CANDIDATURE, IDENTIFICATION, OFFLINE, PATIENCE_MS, SAVED, Typist

_TOP = "field => Math.round(field.getBoundingClientRect().top)"


def test_a_choice_that_changes_the_form_and_what_is_typed_meanwhile_are_both_saved(typist: Typist) -> None:
    held = _choose_unanswered(typist, "320")
    typist.field("etablissement-texte").press_sequentially("Pasteur")
    with typist.page.expect_response("**/saisie"):
        held.pop().continue_()
    typist.reads(SAVED)
    other = typist.page.context.new_page()
    typist.opens(CANDIDATURE, other)
    expect(typist.field("categorie", other)).to_have_value("320")
    expect(typist.field("etablissement-texte", other)).to_have_value("Pasteur")


def test_a_choice_made_while_the_line_is_cut_changes_the_form_when_it_is_back(typist: Typist) -> None:
    typist.opens(CANDIDATURE)
    typist.page.context.set_offline(True)
    typist.field("categorie").select_option("320")
    typist.reads(OFFLINE)
    typist.field("etablissement-texte").fill("Pasteur")
    with typist.page.expect_response(lambda answer: answer.url.endswith(f"/{CANDIDATURE}") and answer.status == 303):
        typist.page.context.set_offline(False)
    expect(typist.field("categorie")).to_have_value("320")
    expect(typist.field("etablissement-texte")).to_have_value("Pasteur")


def test_a_choice_that_is_never_answered_does_not_hold_up_what_is_typed_after_it(typist: Typist) -> None:
    """Takes as long as the page waits for an answer."""
    _choose_unanswered(typist, "320")
    with typist.page.expect_response("**/saisie", timeout=PATIENCE_MS):
        typist.field("etablissement-texte").fill("Pasteur")
    typist.reads(SAVED)


def test_a_choice_that_changes_the_form_leaves_the_field_that_has_the_focus_where_it_was(typist: Typist) -> None:
    held = _choose_unanswered(typist, "510")
    field = typist.page.get_by_label("Situation à l'inscription")
    field.focus()
    before = field.evaluate(_TOP)
    held.pop().continue_()
    expect(typist.page.get_by_text("Vous devrez justifier de 3 ans")).to_be_visible()
    expect(field).to_be_focused()
    assert field.evaluate(_TOP) == before


def test_a_button_that_is_held_down_while_the_form_changes_is_pressed(typist: Typist) -> None:
    held = _choose_unanswered(typist, "510")
    typist.page.get_by_role("button", name="Précédent", exact=True).hover()
    typist.page.mouse.down()
    with typist.page.expect_response(lambda answer: answer.url.endswith(f"/{CANDIDATURE}") and answer.ok) as answered:
        held.pop().continue_()
    answered.value.finished()
    typist.page.evaluate("() => new Promise(requestAnimationFrame)")  # the form is replaced by now, unless it waits
    typist.page.mouse.up()
    typist.page.get_by_role("heading", level=1, name="Identification").wait_for()
    typist.opens(CANDIDATURE)
    expect(typist.field("categorie")).to_have_value("510")


def _choose_unanswered(typist: Typist, category: str) -> list[Route]:
    typist.opens(CANDIDATURE)
    held: list[Route] = []
    typist.page.route(f"**/{CANDIDATURE}", lambda route: held.append(route), times=1)
    with typist.page.expect_request(f"**/{CANDIDATURE}"):
        typist.field("categorie").select_option(category)
    return held


SCHOOL_CODE = "0250013D"
SCHOOL = f"LP P.ADRIEN PARIS - BESANCON ({SCHOOL_CODE})"


@contextmanager
def before_scripts(typist: Typist, number: int) -> Iterator[None]:
    """The tab as it is shown before its scripts arrive, which they do at the end of the block."""
    held: list[Route] = []
    typist.page.route("**/portail-*.js", lambda route: held.append(route), times=1)
    typist.page.goto(f"{typist.draft}/{number}", wait_until="commit")
    typist.page.get_by_role("button", name="Suivant", exact=True).wait_for()
    yield
    held.pop().continue_()


def test_a_choice_made_before_the_scripts_arrive_changes_the_form_and_what_is_typed_is_saved(typist: Typist) -> None:
    country = typist.field("pays")
    with before_scripts(typist, IDENTIFICATION):
        expect(typist.field("code_postal")).to_have_attribute("inputmode", "numeric")
        country.select_option(label="ALLEMAGNE")
        typist.field("adresse").fill("1 rue du port")
    expect(typist.field("code_postal")).not_to_have_attribute("inputmode", "numeric")
    expect(country.locator("option:checked")).to_have_text("ALLEMAGNE")
    typist.holds("adresse", "1 rue du port")


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
