"""A candidate who validates online."""

from collections.abc import Mapping
from typing import Any

from tests.registrations.service.candidate_client import Answer, CandidateClient
from tests.support import tokens


def what_is_validated(candidate: CandidateClient, candidature_id: str) -> dict[str, Any]:
    """What the candidate reads before validating."""
    candidature = candidate.get(f"/candidatures/{candidature_id}")
    return {"version": candidature["version"], "digest": candidature["digest"]}


def validate(
    candidate: CandidateClient, candidature_id: str, read: Mapping[str, Any] | None = None
) -> Answer:
    read = read or what_is_validated(candidate, candidature_id)
    proof = tokens.password_proof(candidate.id, read["digest"])
    return candidate.call(
        "POST", f"/candidatures/{candidature_id}/validation", {"proof": proof, **read}
    )


def validation_state(candidate: CandidateClient) -> tuple[str | None, str | None]:
    [tile] = candidate.get("/candidatures")["candidatures"]
    return tile["validation"], tile["validated_at"]


def status_and_type(refused: Answer) -> tuple[int, str]:
    return refused.status_code, refused.json["type"].rpartition("/")[2]
