"""Tries the operations of a service with requests made from its description, and compares each answer with it."""

from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
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

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")  # tus

NOBODY, SERVICES_KIND = "nobody", "services"
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


def try_every_operation(service: str, app: Flask, tries: int) -> None:
    """A candidate and staff try what admits them, each service its own routes, and a stranger all."""
    admitted = {(method, rule.count("/"), fixed_words(rule)): who for method, rule, who in ledger.routes_of(service)}
    described = schemathesis.openapi.from_wsgi("/openapi.json", app).get_all_operations()
    for operation in (result.ok() for result in described if isinstance(result, Ok)):
        who = admitted.get((operation.method.upper(), operation.path.count("/"), fixed_words(operation.path)), "")
        headers = [sent for sent in (_headers(kind, who) for kind in KINDS) if sent is not None]
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
    phases, health = (Phase.explicit, Phase.generate), list(HealthCheck)

    @settings(
        max_examples=tries, derandomize=True, deadline=None, database=None, phases=phases, suppress_health_check=health
    )
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        for headers in callers:
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)
            if response.status_code >= 400 and case.method.upper() != "HEAD":  # answered by its headers alone
                assert response.json()["status"] == response.status_code, (case.as_curl_command(), response.text)

    check()
