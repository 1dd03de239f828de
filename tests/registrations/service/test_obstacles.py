"""A draft says what keeps it from being transmitted, as soon as something does; a modification says what it changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.registrations.domain.example_dossier import BESANCON
from tests.registrations.service.candidate_client import CandidateClient, move_to

pytestmark = pytest.mark.engines("sqlite")


def reasons(draft: dict[str, Any]) -> list[str]:
    return [obstacle["reason"] for obstacle in draft["obstacles"]]


def test_a_draft_says_from_the_closing_on_whom_to_ask(candidate: CandidateClient) -> None:
    draft = candidate.draft()
    assert (draft["obstacles"], draft["modified"]) == ([], None)
    move_to(BESANCON.closes - timedelta(seconds=2))
    assert candidate.get(f"/drafts/{draft['id']}")["obstacles"] == []
    move_to(BESANCON.closes)
    (late,) = candidate.get("/drafts")["drafts"]
    assert reasons(late) == ["closed"]
    assert late["contact"]["title"]


def test_a_draft_of_another_academie_says_at_once_that_a_candidature_exists(candidate: CandidateClient) -> None:
    draft = candidate.draft("20")
    saved = candidate.registered("03")
    reread = candidate.get(f"/drafts/{draft['id']}")
    assert reasons(reread) == ["other_candidature"]
    assert reread["obstacles"][0]["candidature_id"] == saved["candidature_id"]
    candidate.withdraw(saved["candidature_id"])
    assert candidate.get(f"/drafts/{draft['id']}")["obstacles"] == []


def test_a_modification_names_the_version_that_it_changes_and_never_says_that_nothing_is_saved(
    candidate: CandidateClient,
) -> None:
    draft = candidate.modify(candidate.registered()["candidature_id"]).json
    assert draft["obstacles"] == []
    assert (draft["modified"]["numero_inscription"], draft["modified"]["version_label"]) == ("001", "Version 01")
    assert draft["modified"]["saved_at"]
    recap, number = candidate.tab(draft, 8)["recap"], candidate.tab(draft, 9)
    assert not [text for text in (recap["warning"], *number["notices"]) if "n'est pas encore enregistrée" in text]
    for texts in ([recap["warning"]], number["notices"]):  # beside the latter stands what warns
        assert any("vos changements ne sont pas encore transmis" in text.lower() for text in texts)
    assert "obtenir votre numéro" not in " ".join(number["notices"])
