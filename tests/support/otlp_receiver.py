"""An OTLP/HTTP receiver of traces: keeps every span that it is sent, and gives them as trees."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

PATH = "/v1/traces"


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
    """`bodies` are the requests as they came."""

    bodies: list[bytes] = field(default_factory=list)
    spans: list[ReceivedSpan] = field(default_factory=list)

    def __post_init__(self) -> None:
        receiver = self

        class Page(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == PATH:
                    receiver.take(body)
                self.send_response(200 if self.path == PATH else 404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, body: bytes) -> None:
        self.bodies.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            process = str(_values(resource.resource.attributes)["service.name"])
            self.spans += [_received(process, span) for scope in resource.scope_spans for span in scope.spans]

    def of_process(self, process: str, name: str) -> list[ReceivedSpan]:
        """The spans of that name, in the order of their arrival."""
        return [span for span in list(self.spans) if (span.process, span.name) == (process, name)]

    def of_trace(self, trace: str) -> list[ReceivedSpan]:
        return [span for span in list(self.spans) if span.trace == trace]

    def path_to(self, span: ReceivedSpan) -> list[str]:
        """« process: name » of each span from the first of its trace to this one; « … » where one has not arrived."""
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
    return {pair.key: _value(pair) for pair in attributes}


def _value(pair: KeyValue) -> Any:
    return getattr(pair.value, pair.value.WhichOneof("value") or "string_value")
