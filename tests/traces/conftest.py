"""An OTLP/HTTP receiver of traces; a portal on PostgreSQL and RabbitMQ that sends it its own, and a
candidate who saves twice there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, request
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from deploy.service_names import SERVICES
from services.chassis.settings import Settings
from services.chassis.traces import spans
from tests.bench.candidate_journey import LAST_TAB, TAB, fills_the_tabs, opens_a_draft, saves
from tests.bench.installation import ON_SERVERS, Installation
from tests.bench.visitor import Visitor
from tests.support.app_server import serving
from tests.support.launched_portal import LaunchedPortal
from tests.support.postgres import Postgres
from tests.support.rabbitmq import RabbitMQ


@dataclass(frozen=True)
class ReceivedSpan:
    """`process` is who sent it; `parent` is empty for the first span of a trace."""

    process: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.process}: {self.name}"


@dataclass
class OtlpReceiver:
    """Keeps every span that it is sent, and gives them as trees; `bodies` are the requests as they
    came."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    spans: list[ReceivedSpan] = field(default_factory=list)

    def take(self) -> str:
        body = request.get_data()
        self.bodies.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            process = str(_values(resource.resource.attributes)["service.name"])
            self.spans += [
                _received(process, span) for scope in resource.scope_spans for span in scope.spans
            ]
        return ""

    def of_process(self, process: str, name: str) -> list[ReceivedSpan]:
        """The spans of that name, in the order of their arrival."""
        return [span for span in list(self.spans) if (span.process, span.name) == (process, name)]

    def of_trace(self, trace: str) -> list[ReceivedSpan]:
        return [span for span in list(self.spans) if span.trace == trace]

    def path_to(self, span: ReceivedSpan) -> list[str]:
        """« process: name » of each span from the first of its trace to this one; « … » where one
        has not arrived."""
        by_id = {other.id: other for other in self.of_trace(span.trace)}
        path = [str(span)]
        while span.parent:
            if span.parent not in by_id:
                return ["…", *path]
            span = by_id[span.parent]
            path.insert(0, str(span))
        return path


def _received(process: str, span: Span) -> ReceivedSpan:
    ids = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
    return ReceivedSpan(process, span.name, *ids, _values(span.attributes))


def _values(attributes: Any) -> dict[str, Any]:
    return {
        pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value")
        for pair in attributes
    }


@contextmanager
def receiving() -> Iterator[OtlpReceiver]:
    receiver = OtlpReceiver()
    app = Flask("receiver")
    app.add_url_rule("/v1/traces", view_func=receiver.take, methods=["POST"])
    with serving(app) as server:
        receiver.url = server.url
        yield receiver


@contextmanager
def recording(*, joins_callers: bool = True) -> Iterator[OtlpReceiver]:
    """What this process sends of its traces; all of it has come at the end of the block."""
    with receiving() as receiver, pytest.MonkeyPatch.context() as environment:
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        settings = Settings(
            env="test", otel_exporter_otlp_endpoint=receiver.url, otel_traces_sampler_arg=1
        )
        spans.start(settings, "site", joins_callers=joins_callers)
        try:
            yield receiver
        finally:
            spans.stop()


@pytest.fixture(scope="session")
def receiver() -> Iterator[OtlpReceiver]:
    with receiving() as listening:
        yield listening


@pytest.fixture(scope="session")
def traced(
    postgres: Postgres, rabbitmq: RabbitMQ, receiver: OtlpReceiver
) -> Iterator[LaunchedPortal]:
    databases = {
        f"{service.upper()}_DATABASE_URL": postgres.fresh_database() for service in SERVICES
    }
    urls = databases | {
        "BROKER_URL": rabbitmq.fresh_vhost(),
        "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
    }
    portal = LaunchedPortal("traces", urls)
    yield portal
    portal.stop()


@dataclass(frozen=True)
class Saver:
    """A candidate who has registered; `address` is of their mail."""

    visitor: Visitor
    address: str
    candidature: str

    def saves_again(self) -> None:
        """« Modifier », then « Enregistrer », which is followed by documents, pieces asked for and
        a mail."""
        begun = self.visitor.post(
            "« Modifier »", f"/inscriptions/{self.candidature}/modification", {}
        )
        draft = begun.location.rpartition("/")[0]
        saves(self.visitor, draft, self.visitor.get(TAB, f"{draft}/{LAST_TAB}"))


@pytest.fixture(scope="session")
def saver(traced: LaunchedPortal) -> Saver:
    visitor, address = Installation(ON_SERVERS, traced, traced.var / "mail", {}).new_candidate()
    draft, tab = opens_a_draft(visitor)
    return Saver(visitor, address, saves(visitor, draft, fills_the_tabs(visitor, draft, tab)))
