"""A paper and what its code says on the page that verifies it."""

from typing import Any

from tests.documents.example_events import CANDIDATURE
from tests.documents.service import Service
from tests.support.papers import qr_of
from tests.support.tokens import bearer, service_token

CONFIRMATION = f"/candidatures/{CANDIDATURE}/confirmation"


def asked(service: Service, code: str, source: str = "192.0.2.1") -> Any:
    headers = bearer(service_token("gateway"))
    return service.web.post(
        "/v1/verifications", json={"code": code, "source": source}, headers=headers
    )


def verified_state(
    service: Service, code: str, source: str = "192.0.2.1"
) -> tuple[str, str | None]:
    answer = asked(service, code, source)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["state"], answer.get_json()["since"]


def code_of(pdf: bytes) -> str:
    return qr_of(pdf).partition("/verifier/")[2].partition("#")[0]


def confirmation(service: Service, version: int = 1) -> bytes:
    return service.get(f"{CONFIRMATION}?version={version}").data
