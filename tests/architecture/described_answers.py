"""Tries the operations of a service with requests made from its description, and compares each answer with it."""

from __future__ import annotations

from typing import Any

from flask import Flask
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deploy.service_names import SERVICES
from tests.architecture import ledger
from tests.architecture.test_access import EVERY_SCOPE
from tests.support import tokens
from tests.support.generated_requests import described_operations, try_requests

NOBODY, SERVICES_KIND, EVERYONE = "nobody", "services", "everyone"
KINDS = (NOBODY, "candidate", "staff", SERVICES_KIND)
CALLERS = {
    "candidate": tokens.candidate_token("pierre"),
    "staff": tokens.staff_token(scopes=EVERY_SCOPE, academies=["03"]),
    **{f"service({name})": tokens.service_token(name) for name in ("gateway", *SERVICES)},
}
CHECKS = (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)


def try_every_operation(service: str, app: Flask, caller: str, tries: int) -> None:
    """`caller` tries what admits them: "candidate", "staff", "services" (each its own routes); "nobody" tries all.

    "everyone": each of these sends the same requests.
    """
    kinds = KINDS if caller == EVERYONE else (caller,)
    admitted = {(method, rule.count("/"), fixed_words(rule)): who for method, rule, who in ledger.routes_of(service)}
    for operation in described_operations(app):
        who = admitted.get((operation.method.upper(), operation.path.count("/"), fixed_words(operation.path)), "")
        headers = [sent for sent in (_headers(kind, who) for kind in kinds) if sent is not None]
        if headers:
            _try(operation, headers, tries)


def fixed_words(path: str) -> str:
    """A path or rule without its parameters."""
    return "/".join(part for part in path.split("/") if not part.startswith(("<", "{")))


def _headers(caller: str, who: str) -> dict[str, str] | None:
    """With what `caller` tries a route that is for `who`; None where it is not for them."""
    if caller == NOBODY:
        return {}
    if caller == SERVICES_KIND:
        return tokens.bearer(CALLERS[who]) if who.startswith("service(") else None
    return tokens.bearer(CALLERS[caller]) if caller in who else None


def _try(operation: Any, callers: list[dict[str, str]], tries: int) -> None:
    def check(case: Any) -> None:
        for headers in callers:
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)
            if response.status_code >= 400 and case.method.upper() != "HEAD":  # answered by its headers alone
                assert response.json()["status"] == response.status_code, (case.as_curl_command(), response.text)

    try_requests(operation, tries, check, derandomize=True)
