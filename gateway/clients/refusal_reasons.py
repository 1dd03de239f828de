"""The catalogue's reasons for « Non Conforme », kept for a minute: they change with the catalogue alone, and each piece
asks for them."""

from __future__ import annotations

from gateway.clients.base import ServiceClient
from services.chassis.process.expiring_cache import ExpiringCache
from services.contracts.api.staff_candidatures import list_refusal_reasons

KEPT_SECONDS = 60.0
AT_MOST = 1000  # exams and codes of pieces


class RefusalReasons:
    def __init__(self, http: ServiceClient) -> None:
        self._http = http
        self._reasons: ExpiringCache[tuple[str, ...]] = ExpiringCache(seconds=KEPT_SECONDS, at_most=AT_MOST)

    def of(self, token: str, exam: str, piece_code: str | None) -> tuple[str, ...]:
        """Sentences to choose from; those of any piece of the exam without a code."""
        name = f"{exam} {piece_code or ''}"
        reasons = self._reasons.get(name)
        if reasons is None:
            query = {"exam": exam, "piece": piece_code}
            reasons = self._http.call(list_refusal_reasons, token, query=query).reasons
            self._reasons.put(name, reasons)
        return reasons
