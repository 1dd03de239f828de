"""A draft says what keeps it from being transmitted, as soon as something does; a modification says what it changes."""

from __future__ import annotations

import pytest

from tests.registrations.domain.example_dossier import BESANCON
from tests.registrations.service.candidate_client import CandidateClient, move_to

pytestmark = pytest.mark.engines("sqlite")


def test_a_draft_says_that_a_candidature_exists_and_once_closed_whom_to_ask(candidate: CandidateClient) -> None:
    draft = candidate.draft("20")
    assert (draft["obstacles"], draft["modified"]) == ([], None)
    saved = candidate.registered("03")
    (obstacle,) = candidate.get(f"/drafts/{draft['id']}")["obstacles"]
    assert (obstacle["reason"], obstacle["candidature_id"]) == ("other_candidature", saved["candidature_id"])
    candidate.withdraw(saved["candidature_id"])
    assert candidate.get(f"/drafts/{draft['id']}")["obstacles"] == []
    move_to(BESANCON.closes)
    (late,) = candidate.get("/mine")["drafts"]
    assert ([each["reason"] for each in late["obstacles"]], bool(late["contact"]["title"])) == (["closed"], True)


def test_a_modification_names_the_version_that_it_changes(candidate: CandidateClient) -> None:
    draft = candidate.modify(candidate.registered()["candidature_id"]).json
    assert draft["obstacles"] == []
    assert (draft["modified"]["numero_inscription"], draft["modified"]["version_label"]) == ("001", "Version 01")
    assert draft["modified"]["saved_at"]
    recap, number = candidate.tab(draft, 8)["recap"], candidate.tab(draft, 9)
    assert not [text for text in (recap["warning"], *number["notices"]) if "n'est pas encore enregistrée" in text]
    for texts in ([recap["warning"]], number["notices"]):  # beside the latter stands what warns
        assert any("vos changements ne sont pas encore transmis" in text.lower() for text in texts)
    assert "obtenir votre numéro" not in " ".join(number["notices"])
