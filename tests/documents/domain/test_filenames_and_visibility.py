import pytest

from services.documents.domain.document_names import MAX_LENGTH, filename
from services.documents.domain.recipients import CandidatureEnd, is_ecartee, is_hidden


@pytest.mark.parametrize(
    ("saved", "withdrawn", "hidden"), [(1, None, False), (1, 1, True), (1, 2, True), (2, 1, False)]
)
def test_a_withdrawal_hides_what_was_saved_up_to_it(saved: int, withdrawn: int | None, hidden: bool) -> None:
    end = CandidatureEnd(withdrawn, ecartee=False) if withdrawn else None
    assert is_hidden(saved, end) is hidden
    assert not is_ecartee(saved, end)


@pytest.mark.parametrize(("saved", "ended", "marked"), [(1, 2, True), (2, 1, False)])
def test_what_was_saved_before_a_candidature_was_set_aside_is_marked(saved: int, ended: int, marked: bool) -> None:
    assert not is_hidden(saved, CandidatureEnd(ended, ecartee=True))
    assert is_ecartee(saved, CandidatureEnd(ended, ecartee=True)) is marked


def test_a_file_is_named_after_what_it_is() -> None:
    name = filename("Confirmation d'inscription", "BTS 2022", version=2, extension="pdf")
    assert name == "Confirmation d'inscription - BTS 2022 - version 2.pdf"


@pytest.mark.parametrize("label", ["../../etc/passwd", 'a"b', "a\r\nSet-Cookie: x", "C:\\x", "x" * (MAX_LENGTH + 1)])
def test_a_file_name_holds_nothing_that_a_file_system_or_a_header_refuses(label: str) -> None:
    name = filename(label, "BTS/2022", version=None, extension="pdf")
    assert not set(name) & set('/\\":<>|?*\r\n')
    assert len(name) <= MAX_LENGTH + len(".pdf")
    assert name.endswith(".pdf")
    assert not name.startswith(".")
