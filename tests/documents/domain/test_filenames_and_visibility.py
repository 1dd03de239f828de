import pytest

from services.documents.domain.document_names import MAX_LENGTH, filename
from services.documents.domain.recipients import Activity, activity_of


@pytest.mark.parametrize(("saved", "ended", "has_ended"), [(1, None, False), (1, 1, True), (1, 2, True), (2, 1, False)])
def test_an_end_holds_for_what_was_saved_up_to_it(saved: int, ended: int | None, has_ended: bool) -> None:
    for ecartee, then in ((False, Activity.WITHDRAWN), (True, Activity.ECARTEE)):
        assert activity_of(saved, ended, ecartee=ecartee) is (then if has_ended else Activity.ACTIVE)


@pytest.mark.parametrize("label", ["../../etc/passwd", 'a"b', "a\r\nSet-Cookie: x", "C:\\x", "x" * (MAX_LENGTH + 1)])
def test_a_file_name_holds_nothing_that_a_file_system_or_a_header_refuses(label: str) -> None:
    name = filename(label, "BTS/2022", extension="pdf")
    assert not set(name) & set('/\\":<>|?*\r\n')
    assert len(name) <= MAX_LENGTH + len(".pdf")
    assert name.endswith(".pdf")
    assert not name.startswith(".")
