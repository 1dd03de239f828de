"""How consumers read an event: what its producer has added is passed over, what is missing or wrong is refused."""

from typing import Any

import pytest

from services.contracts.base import ContractError
from services.contracts.registrations import RegistrationSaved, WindowChanged
from services.contracts.session_options import SessionOptions
from tests.documents.example_events import saved


def data() -> dict[str, Any]:
    return saved().to_data()


def test_fields_that_a_newer_producer_added_are_passed_over() -> None:
    newer = data() | {"added": 1}
    newer["exam"] = newer["exam"] | {"added": {"deep": True}}
    assert RegistrationSaved.from_data(newer) == saved()


def test_a_missing_field_and_one_of_another_type_are_refused() -> None:
    without = {name: value for name, value in data().items() if name != "numero_candidat"}
    for wrong, place in ((without, "numero_candidat"), (data() | {"version": "2"}, "version")):
        with pytest.raises(ContractError, match=f"^RegistrationSaved: .*{place}"):
            RegistrationSaved.from_data(wrong)


def test_what_is_wrong_deep_inside_is_named_by_its_place_and_not_repeated() -> None:
    wrong = data()
    wrong["epreuves"] = [wrong["epreuves"][0], {**wrong["epreuves"][0], "mandatory": "PIERRE DUBOIS"}]
    with pytest.raises(ContractError) as refused:
        RegistrationSaved.from_data(wrong)
    assert "$.epreuves[1].mandatory" in str(refused.value)
    assert "DUBOIS" not in str(refused.value)


def test_an_option_of_a_session_that_a_newer_producer_added_is_passed_over() -> None:
    window = WindowChanged("BTS", "2022", "03", 1, "", "", options=SessionOptions(reminder_days=(7, 2)))
    newer = window.to_data()
    newer["options"] |= {"added": True}
    assert WindowChanged.from_data(newer) == window


def test_a_window_of_an_older_producer_changes_only_what_it_tells() -> None:
    known = SessionOptions(reminder_days=(7,), draft_reminder_days=(2,), refusal_mails=True)
    oldest = {"exam": "BTS", "session": "2022", "academie": "03", "revision": 1}
    oldest |= {"deposit_opens": "", "deposit_closes": ""}
    assert WindowChanged.from_data(oldest).options_after(known) == known
    older = WindowChanged.from_data(oldest | {"reminder_days": [5, 0], "refusal_mails": False})
    assert older.options_after(known) == SessionOptions(reminder_days=(5, 0), draft_reminder_days=(2,))
