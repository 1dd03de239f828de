"""What a dossier's answers mean is read once, however often it is used."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from services.registrations.domain import acquis, facts, registration_form
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_positions import EpreuveResolver
from services.registrations.domain.epreuve_structure import Structure
from tests.registrations.domain.example_dossier import DOSSIER, as_saved, with_answers


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often acquis and épreuves, which need the other answers, were read."""
    read: Counter[str] = Counter()

    def count(of: Any, name: str) -> None:
        plain = getattr(of, name)

        def counted(*given: Any, **named: Any) -> Any:
            read[name] += 1
            return plain(*given, **named)

        monkeypatch.setattr(of, name, counted)

    count(acquis, "read")
    count(EpreuveResolver, "resolve_all")
    return read


def all_that_is_asked(dossier: Dossier) -> None:
    registration_form.tab_states(dossier, 1)
    for number in range(1, len(dossier.exam.tabs) + 1):
        registration_form.tab_view(dossier, number)
        registration_form.tab_errors(dossier, number)
    as_saved(dossier)
    facts.lookup(dossier)("fact:categorie")


def test_a_dossier_is_read_once_whatever_is_asked_of_it_and_by_a_save_that_drops_nothing(
    readings: Counter[str],
) -> None:
    dossier = replace(DOSSIER)
    all_that_is_asked(dossier)
    registration_form.all_tab_errors(dossier)
    as_saved(registration_form.without_unasked_answers(dossier))
    assert readings == {"read": 1, "resolve_all": 1}


def test_other_answers_are_read_anew() -> None:
    dossier = replace(DOSSIER)
    assert dossier.formes.final == "globale"
    changed = with_answers("qualification", dossier, forme="progressive")
    assert changed.formes.final == "progressive"
    assert dossier.formes.final == "globale"


def test_the_role_of_an_epreuve_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    worked_out: Counter[str] = Counter()
    plain: Any = Structure._role

    def counted(structure: Structure, epreuve: Any) -> Any:
        worked_out[epreuve.code] += 1
        return plain(structure, epreuve)

    monkeypatch.setattr(Structure, "_role", counted)
    dossier = replace(DOSSIER)
    all_that_is_asked(dossier)
    parents = {epreuve.parent for epreuve in dossier.structure.epreuves}
    assert worked_out
    assert all(count == 1 for code, count in worked_out.items() if code not in parents), worked_out
