"""Records spans with OpenTelemetry's SDK and instrumentations, which read the standard variables
(`OTEL_…`). Imported only where an endpoint is set.

A thread sends what requests leave in a bounded queue: while the receiver is away or hangs, spans
are dropped and nobody waits.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from flask import Flask, request
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor
from opentelemetry.propagate import set_global_textmap
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.sampling import (
    Decision,
    ParentBased,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import (
    Link,
    Span,
    SpanKind,
    Status,
    TraceState,
    get_current_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AnyValue, Attributes

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PERMITTED = frozenset(
    {
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "db.system.name",
        "db.query.text",
        "messaging.message.id",
        "error.type",
        "exception.type",
        "portail.request_id",
        "portail.attempt",
    }
)
"""The attributes that leave the process, whoever noted them: instrumentations note addresses, paths
with their ids, queries, and the messages of errors."""
# of attributes: those of PERMITTED, which instrumentations ask the environment for
STABLE_NAMES = "http,database"
STOP_SECONDS = 3.0  # of the last batches, within what a process has to stop

_trace_context = TraceContextTextMapPropagator()


class Instrumentor(Protocol):
    """One of OpenTelemetry's instrumentations, whose own class mypy does not see."""

    def instrument(self, *, tracer_provider: TracerProvider, skip_dep_check: bool) -> object: ...

    def uninstrument(self) -> object: ...


class Recorder:
    """Records the spans of a process, from when it is made until `stop`."""

    def __init__(self, process: str, *, share: float, joins_callers: bool) -> None:
        """Begin to record. `share`: how many of the traces that begin here, from 0 to 1."""
        os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", STABLE_NAMES)
        set_global_textmap(_trace_context)
        self._joins_callers = joins_callers
        self._provider = TracerProvider(
            ParentBased(BeginningOf(share)),
            Resource.create({SERVICE_NAME: process}),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(PermittedExporter()))
        self._tracer = self._provider.get_tracer("portail")
        # Of calls and of the object store.
        self._instrumentors: list[Instrumentor] = [URLLib3Instrumentor()]
        if find_spec("sqlalchemy"):
            from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor

            self._instrumentors.append(SQLAlchemyInstrumentor())
        for instrumentor in self._instrumentors:
            # SQLAlchemy's declares itself for versions before 2.1, and works with it.
            instrumentor.instrument(tracer_provider=self._provider, skip_dep_check=True)

    @contextmanager
    def span(self, name: str, kind: str, parent: str) -> Iterator[None]:
        context = _trace_context.extract({"traceparent": parent}) if parent else None
        with self._tracer.start_as_current_span(name, context, SpanKind[kind]):
            yield

    def note(self, name: str, value: str | int) -> None:
        get_current_span().set_attribute(name, value)

    def traceparent(self) -> str:
        carrier: dict[str, str] = {}
        _trace_context.inject(carrier)
        return carrier.get("traceparent", "")

    def trace_requests(self, app: Flask, without: Iterable[str]) -> None:
        FlaskInstrumentor.instrument_app(  # type: ignore[no-untyped-call]
            app,
            tracer_provider=self._provider,
            excluded_urls=",".join(f"{path}$" for path in without),
            request_hook=_name_without_path,
            enable_commenter=False,
        )
        if self._joins_callers:
            return
        application = app.wsgi_app

        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            environ.pop("HTTP_TRACEPARENT", None)
            return application(environ, start_response)

        app.wsgi_app = answer  # type: ignore[method-assign]

    def stop(self) -> None:
        """Send what waits, within STOP_SECONDS: the SDK's own stop waits for up to 30 s while a
        receiver hangs."""
        for instrumentor in self._instrumentors:
            instrumentor.uninstrument()
        sending = threading.Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        sending.start()
        sending.join(STOP_SECONDS)


class BeginningOf(TraceIdRatioBased):
    """Begins a trace for a share of requests and events, and for nothing else: a worker that looks
    for work asks its database several times a second."""

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        if kind not in (SpanKind.SERVER, SpanKind.CONSUMER):
            return SamplingResult(Decision.DROP)
        return super().should_sample(
            parent_context, trace_id, name, kind, attributes, links, trace_state
        )


class PermittedExporter(OTLPSpanExporter):
    """Sends of each span what is permitted: no attribute but those, of errors the type, of a
    statement's name its verb (the instrumentation adds the database's, a path on SQLite)."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return super().export([_permitted(span) for span in spans])


def _permitted(span: ReadableSpan) -> ReadableSpan:
    attributes = _permitted_of(span.attributes)
    return ReadableSpan(
        name=span.name.split()[0] if "db.system.name" in attributes else span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=attributes,
        events=[
            Event(event.name, _permitted_of(event.attributes), event.timestamp)
            for event in span.events
        ],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _permitted_of(attributes: Attributes) -> dict[str, AnyValue]:
    return {name: value for name, value in (attributes or {}).items() if name in PERMITTED}


def _name_without_path(span: Span, environ: WSGIEnvironment) -> None:
    """Name a request that no route takes otherwise than by its path, which anybody writes."""
    if request.url_rule is None:
        span.update_name("no route")
