"""Whatever answers are sent, a dossier is shown, checked, and either refused with reasons or saved
as a valid event."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.registration_rules import ANSWER_LENGTH
from services.contracts.registrations import RegistrationSaved
from services.registrations.domain import registration_form
from services.registrations.domain.epreuve_positions import BENEFICE, INSCRIT, NON_INSCRIT
from services.registrations.domain.forms import TabAnswers
from services.registrations.domain.registration_form import Incomplete
from tests.registrations.domain.example_dossier import ANSWERS, DOSSIER, as_saved, with_answers
from tests.registrations.domain.tab_reading import described

NAMES = (
    *((tab, name) for tab, fields in ANSWERS.items() for name in fields),
    ("qualification", "forme_souhaitee"),
    ("acquis", "vae"),
    ("acquis", "meme_bts-note-E1"),
    ("acquis", "meme_bts-garder-E1"),
    ("acquis", "meme_bts-garder-E4-A"),
    ("acquis", "vae-garder-E3"),
    ("epreuves", "position-E1"),
    ("epreuves", "position-E4-A"),
)
WORDS = "oui non globale progressive inscrit non_inscrit benefice anglais allemand"
CODES = "100 320 410 CNED 31213 2021 12,5 8 99999"
HOSTILE: tuple[Any, ...] = (
    "\x00\x1b[2J<script>alert(1)</script>",
    "\u202eevil",
    ["a"],
    [],
    "é" * (ANSWER_LENGTH + 1),
)
VALUES = st.sampled_from(("", *WORDS.split(), *CODES.split(), *HOSTILE))


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6))
def test_any_answers_are_refused_with_reasons_or_judged(
    changes: dict[tuple[str, str], str],
) -> None:
    dossier = DOSSIER
    for (tab, name), value in changes.items():
        dossier = with_answers(tab, dossier, **{name: value})
    for number in range(1, 10):
        described(dossier, number)
    asked_only = registration_form.without_unasked_answers(dossier)
    assert registration_form.all_tab_errors(asked_only) == registration_form.all_tab_errors(dossier)
    assert registration_form.recap(asked_only) == registration_form.recap(dossier)
    if wrong := registration_form.all_tab_errors(dossier):
        with pytest.raises(Incomplete) as refused:
            registration_form.refuse_incomplete(dossier)
        assert refused.value.tabs == wrong
        assert all(error.detail for error in refused.value.errors)
        return
    told = as_saved(dossier)
    assert RegistrationSaved.from_data(json.loads(json.dumps(told.to_data()))) == told
    mandatory = [line for line in told.epreuves if line.mandatory and line.unit]
    if told.confirmation.forme == "Globale":
        assert all(line.position != NON_INSCRIT for line in mandatory)
    assert (
        any(line.position == INSCRIT for line in mandatory) or told.confirmation.forme == "Globale"
    )
    assert all(
        line.mark for line in told.epreuves if line.position == BENEFICE and line.parent is None
    )
    assert all(line.mode_label is None for line in told.epreuves if line.position != INSCRIT)


def test_answers_are_read_as_text_whatever_was_sent() -> None:
    typed = TabAnswers({"one": ["a", "b"], "none": [], "text": "  e\u0301t\u00e9\u200b  "})
    assert (typed.raw("one"), typed.raw("none"), typed.raw("missing")) == ("a", "", "")
    assert typed.text("text") == "été"
    assert typed.list("one") == ("a", "b")
    assert not typed.is_answered("none")
