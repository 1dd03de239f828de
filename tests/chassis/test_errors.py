"""What an error says of itself is its problem type's, and nothing else may say it."""

from __future__ import annotations

import pytest

from services.chassis.errors import RESERVED_MEMBERS, Conflict
from services.contracts import problem_types


def test_an_error_has_the_status_and_title_of_its_problem_type() -> None:
    error = Conflict("Non.", problem=problem_types.DRAFT_SAVED, candidature_id="c")
    assert (error.http_status, error.slug) == (409, "brouillon-enregistre")
    assert (error.problem.title, error.extra) == ("Ce dossier a déjà été enregistré", {"candidature_id": "c"})
    assert Conflict().detail == problem_types.CONFLICT.title


@pytest.mark.parametrize("member", sorted(RESERVED_MEMBERS - {"detail", "errors"}))
def test_no_error_says_a_member_of_problem_details_beside_its_problem_type(member: str) -> None:
    with pytest.raises(TypeError, match=member):
        Conflict("Non.", **{member: "autre"})  # type: ignore[arg-type]
