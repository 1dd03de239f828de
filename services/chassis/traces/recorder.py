"""Records spans with OpenTelemetry's SDK and sends them by OTLP/HTTP. Imported only where an endpoint is set.

A thread sends what requests leave in a bounded queue: while the receiver is away or hangs, the oldest spans are dropped
and nobody waits.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import Flask, request
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.propagate import set_global_textmap
from opentelemetry.propagators.textmap import (
    CarrierT,
    Getter,
    Setter,
    TextMapPropagator,
    default_getter,
    default_setter,
)
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import (
    Decision,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, Span, SpanKind, TraceState, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes

from services.chassis.process.probe import HEALTH_PATHS
from services.chassis.traces.export import PermittedExporter
from services.chassis.traces.spans import Kind

QUEUED_SPANS = 4096  # about 10 MB
BATCH_SPANS = 512
STATEMENT_LENGTH = 2000  # characters of an attribute: only statements are long
DELAY_SECONDS = 2.0  # after which an incomplete batch is sent
EXPORT_SECONDS = 5.0  # of one batch, its repetitions included
STOP_SECONDS = 3.0  # of the last batches, within what a process has to stop
PATH = "/v1/traces"  # below the endpoint, as OTLP says
PROBES = ",".join(f"{path}$" for path in HEALTH_PATHS)

_trace_context = TraceContextTextMapPropagator()


class OpenTelemetryRecorder:
    def __init__(self, endpoint: str, process: str, *, share: float, joins_callers: bool) -> None:
        """`share`: of the traces that begin here, from 0 to 1."""
        # The instrumentation asks the environment for the stable names of attributes, those of export.py.
        os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http")
        set_global_textmap(_trace_context if joins_callers else IgnoringCallers())
        exporter = OTLPSpanExporter(endpoint.rstrip("/") + PATH, timeout=EXPORT_SECONDS)
        self._provider = TracerProvider(
            ParentBased(BeginningOf(share)),
            Resource.create({SERVICE_NAME: process}),
            shutdown_on_exit=False,
            span_limits=SpanLimits(max_attribute_length=STATEMENT_LENGTH),
        )
        self._provider.add_span_processor(
            BatchSpanProcessor(
                PermittedExporter(exporter),
                max_queue_size=QUEUED_SPANS,
                schedule_delay_millis=DELAY_SECONDS * 1000,
                max_export_batch_size=BATCH_SPANS,
            )
        )
        self._tracer = self._provider.get_tracer("portail")

    @contextmanager
    def span(self, name: str, kind: Kind, parent: str) -> Iterator[None]:
        context = _trace_context.extract({"traceparent": parent}) if parent else None
        with self._tracer.start_as_current_span(name, context, SpanKind[kind.name]):
            yield

    def note(self, name: str, value: str | int) -> None:
        get_current_span().set_attribute(name, value)

    def traceparent(self) -> str:
        carrier: dict[str, str] = {}
        _trace_context.inject(carrier)
        return carrier.get("traceparent", "")

    def trace_requests(self, app: Flask) -> None:
        FlaskInstrumentor.instrument_app(  # type: ignore[no-untyped-call]
            app,
            tracer_provider=self._provider,
            excluded_urls=PROBES,
            request_hook=_name_without_path,
            enable_commenter=False,
        )

    def stop(self) -> None:
        """The SDK's own stop waits for up to 30 s, while a receiver hangs."""
        sending = threading.Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        sending.start()
        sending.join(STOP_SECONDS)


class IgnoringCallers(TextMapPropagator):
    """What a request says of a trace is not read; calls of services get their header from the clients."""

    def extract(
        self, carrier: CarrierT, context: Context | None = None, getter: Getter[CarrierT] = default_getter
    ) -> Context:
        return context or Context()

    def inject(
        self, carrier: CarrierT, context: Context | None = None, setter: Setter[CarrierT] = default_setter
    ) -> None: ...

    @property
    def fields(self) -> set[str]:
        return set()


class BeginningOf(Sampler):
    """Begins a trace for a share of requests and events, and for nothing else: a worker that looks for work asks its
    database several times a second."""

    def __init__(self, share: float) -> None:
        self._share = TraceIdRatioBased(share)

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
        return self._share.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        return f"requests and events, {self._share.get_description()}"


def _name_without_path(span: Span, environ: dict[str, Any]) -> None:
    """A request that no route takes would be named by its path, which anybody writes."""
    if request.url_rule is None:
        span.update_name("no route")
