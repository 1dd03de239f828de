"""How consumers read an event: what its producer has added is passed over, what is missing or wrong
is refused. Saved versions stored under any number are read today, and what is written changes with
its number alone.

In samples/stored_registrations each number has a content as it was written then, with one part of
each shape: the first in full, each further one by what the one before it lacks. Beside the newest
stand the fields of its shape.
"""

import dataclasses
import json
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from services.contracts.base import ContractError
from services.contracts.registrations import (
    SCHEMA,
    SCHEMA_KEY,
    RegistrationSaved,
    WindowChanged,
    from_stored,
    to_stored,
)
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
    wrong["epreuves"] = [
        wrong["epreuves"][0],
        {**wrong["epreuves"][0], "mandatory": "PIERRE DUBOIS"},
    ]
    with pytest.raises(ContractError) as refused:
        RegistrationSaved.from_data(wrong)
    assert "$.epreuves[1].mandatory" in str(refused.value)
    assert "DUBOIS" not in str(refused.value)


def test_an_option_of_a_session_that_a_newer_producer_added_is_passed_over() -> None:
    window = WindowChanged(
        "BTS", "2022", "03", 1, "", "", options=SessionOptions(reminder_days=(7, 2))
    )
    newer = window.to_data()
    newer["options"] |= {"added": True}
    assert WindowChanged.from_data(newer) == window


def test_a_window_of_an_older_producer_changes_only_what_it_tells() -> None:
    known = SessionOptions(reminder_days=(7,), draft_reminder_days=(2,), refusal_mails=True)
    oldest = {"exam": "BTS", "session": "2022", "academie": "03", "revision": 1}
    oldest |= {"deposit_opens": "", "deposit_closes": ""}
    assert WindowChanged.from_data(oldest).options_after(known) == known
    older = WindowChanged.from_data(oldest | {"reminder_days": [5, 0], "refusal_mails": False})
    assert older.options_after(known) == SessionOptions(
        reminder_days=(5, 0), draft_reminder_days=(2,)
    )


ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "contracts" / "samples" / "stored_registrations"
HOW_TO_CHANGE = f"""What is stored of a saved version has changed, and rows of number {SCHEMA} stay as they are.
In services/contracts/registrations.py raise SCHEMA to {SCHEMA + 1}, and have `from_stored` convert data of a smaller
number, unless a field with a default was added. In {SAMPLES.relative_to(ROOT)} add {SCHEMA + 1}.json (its number and
what that of {SCHEMA} lacks, or a content in full where more than that has changed), and let {SCHEMA + 1}.fields (what
is compared here) take the place of {SCHEMA}.fields."""


def _fields(part: type, path: str = "") -> Iterator[str]:
    """« exam.code: str » for each field, « pieces[].code: str » in parts that repeat; whatever the
    parts' classes."""
    for name, hint in typing.get_type_hints(part).items():
        if typing.get_origin(hint) is ClassVar:
            continue
        repeats = typing.get_origin(hint) is tuple
        content = typing.get_args(hint)[0] if repeats else hint
        if dataclasses.is_dataclass(content):
            yield from _fields(
                typing.cast(type, content), f"{path}{name}{'[]' if repeats else ''}."
            )
        else:
            yield f"{path}{name}: {hint.__name__ if isinstance(hint, type) else hint}"


def _sample(number: int) -> dict[str, Any]:
    own = json.loads((SAMPLES / f"{number}.json").read_text(encoding="utf-8"))
    return own if "candidature_id" in own else _with(_sample(number - 1), own)


def _with(before: Any, added: Any) -> Any:
    if isinstance(before, dict):
        return {**before, **{key: _with(before.get(key), value) for key, value in added.items()}}
    if isinstance(before, list):
        return [_with(*parts) for parts in zip(before, added, strict=True)]
    return added


def test_a_version_of_every_number_is_read() -> None:
    for number in range(1, SCHEMA + 1):
        sample = _sample(number)
        assert sample.get(SCHEMA_KEY, 1) == number
        version = from_stored(sample)
        assert (version.numero_candidat, version.numero_inscription) == (
            "02103000001",
            "001",
        ), number
        assert from_stored(to_stored(version)) == version, number


def test_what_is_written_changes_with_its_number_alone() -> None:
    recorded = (SAMPLES / f"{SCHEMA}.fields").read_text(encoding="utf-8").splitlines()
    assert [*_fields(RegistrationSaved)] == recorded, HOW_TO_CHANGE
    assert to_stored(saved()) == {SCHEMA_KEY: SCHEMA, **saved().to_data()}
