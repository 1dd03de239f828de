"""Requests that hypothesis makes from a service's OpenAPI description."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")  # tus


def described_operations(app: Flask) -> Iterator[Any]:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    return (result.ok() for result in schema.get_all_operations() if isinstance(result, Ok))


def try_requests(operation: Any, tries: int, check: Callable[[Any], None], **options: Any) -> None:
    """`check` gets each generated request of the operation; `options` are hypothesis' settings."""

    @settings(
        max_examples=tries,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
        **options,
    )
    @given(case=operation.as_strategy())
    def check_each(case: Any) -> None:
        check(case)

    check_each()
