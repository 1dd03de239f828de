"""The errors of a refusal, as forms show them beside their fields."""

from __future__ import annotations

from services.chassis.errors import DomainError


def shown_errors(refusal: DomainError | None) -> list[dict[str, str]]:
    return [{"pointer": error.pointer, "detail": error.detail} for error in refusal.errors] if refusal else []
