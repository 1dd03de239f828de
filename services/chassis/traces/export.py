"""What of a span leaves the process: the attributes listed here, and no text that could tell of people.

The instrumentation of Flask notes addresses, paths with their ids, and queries; the SDK notes the messages of errors.
All of it is dropped here, whoever noted it.
"""

from __future__ import annotations

from collections.abc import Sequence

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Status
from opentelemetry.util.types import AnyValue, Attributes

PERMITTED = frozenset(
    {
        "http.request.method", "http.response.status_code", "http.route",
        "db.system.name", "db.query.text",
        "messaging.message.id", "error.type", "exception.type",
        "portail.request_id", "portail.attempt",
    }
)  # fmt: skip


class PermittedExporter(SpanExporter):
    """Exports by `exporter` what is permitted of each span."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([permitted(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def permitted(span: ReadableSpan) -> ReadableSpan:
    """The span without what is not permitted: of errors their type remains."""
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_permitted(span.attributes),
        events=[Event(event.name, _permitted(event.attributes), event.timestamp) for event in span.events],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _permitted(attributes: Attributes) -> dict[str, AnyValue]:
    return {name: value for name, value in (attributes or {}).items() if name in PERMITTED}
