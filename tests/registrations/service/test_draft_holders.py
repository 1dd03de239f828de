"""Whose drafts somebody may use: nobody gets those of every académie by saying nothing."""

import pytest

from services.registrations.queries.drafts import Holder


def test_a_holder_without_academies_cannot_be_made() -> None:
    """None means all académies, so that it has to be written."""
    with pytest.raises(TypeError):
        Holder(candidate_id=None)  # type: ignore[call-arg]


def test_a_candidate_sees_the_drafts_of_no_academie_beside_their_own() -> None:
    assert Holder.candidate("candidate-1") == Holder("candidate-1", academies=frozenset())
