"""Whatever is sent as a form ends in an account or in a refusal that names fields; nothing else."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.accounts.domain import account_form
from services.accounts.domain.account_input import NewAccount, read_new
from services.accounts.domain.passwords import GUIDE, RECOMMENDED, Profile
from services.chassis.errors import Invalid
from tests.accounts.creation_form import creation_form

NAMES = [
    *creation_form(), "commune_hors_liste", "commune_naissance_libre", "ville_naissance", "commune_naissance-texte",
]  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=40),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def outcome(values: dict[str, Any], profile: Profile) -> NewAccount | Invalid:
    try:
        return read_new(values, today=date(2021, 10, 4), profile=profile)
    except Invalid as refusal:
        return refusal


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(NAMES), ANYTHING), st.sampled_from([GUIDE, RECOMMENDED]))
def test_any_value_anywhere_is_accepted_or_refused_by_field(changes: dict[str, Any], profile: Profile) -> None:
    values = creation_form() | changes
    read = outcome(values, profile)
    if isinstance(read, Invalid):
        assert read.errors
        assert all(error.pointer.startswith("#/") and error.detail for error in read.errors)
    else:
        assert read.civil_status.nom_famille
    assert account_form.creation(values, profile)["sections"]


def test_a_hundred_thousand_characters_are_refused_at_once() -> None:
    """A reading whose time grew with the square of the length would take minutes."""
    for text in ("1" * 100_000 + "a", "a@" + "é" * 100_000, "a." * 50_000):
        values = dict.fromkeys(NAMES, text) | {"pays_naissance": "100", "departement_naissance": "014"}
        started = time.process_time()
        assert isinstance(outcome(values, RECOMMENDED), Invalid)
        assert time.process_time() - started < 3
