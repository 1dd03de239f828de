"""What the portal's code says of its work in spans. Nothing is recorded until `start` is given an endpoint.

OpenTelemetry is imported then, and not before. Names and values are those of things (routes, types, statuses), never of
people; what may leave the process at all is listed in export.py.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

from services.chassis.settings import Settings

if TYPE_CHECKING:
    from flask import Flask


class Kind(Enum):
    """OpenTelemetry's kinds of spans, by the same names; requests get theirs by `trace_requests`."""

    INTERNAL = auto()
    CLIENT = auto()
    PRODUCER = auto()
    CONSUMER = auto()


class Recorder(Protocol):
    """Records the spans of this process; the methods are those of this module."""

    def span(self, name: str, kind: Kind, parent: str) -> AbstractContextManager[None]: ...

    def note(self, name: str, value: str | int) -> None: ...

    def traceparent(self) -> str: ...

    def trace_requests(self, app: Flask) -> None: ...

    def stop(self) -> None: ...


_recorder: Recorder | None = None
_no_span = nullcontext()


def start(settings: Settings, process: str, *, joins_callers: bool = True) -> None:
    """Record from now on, unless no endpoint is set. To be called after the process's last fork, before its application
    is created: a copy has no thread that sends.

    `process` names it in the traces. `joins_callers`: whether a request's own traceparent is believed.
    """
    global _recorder
    if settings.otel_exporter_otlp_endpoint:
        from services.chassis.traces.recorder import OpenTelemetryRecorder

        _recorder = OpenTelemetryRecorder(
            settings.otel_exporter_otlp_endpoint,
            process,
            share=settings.otel_traces_sampler_arg,
            joins_callers=joins_callers,
        )


def stop() -> None:
    """Send what waits, within STOP_SECONDS of the recorder, and record no more."""
    global _recorder
    if _recorder is not None:
        _recorder.stop()
        _recorder = None


def are_recorded() -> bool:
    return _recorder is not None


def span(name: str, kind: Kind = Kind.INTERNAL, *, parent: str = "") -> AbstractContextManager[None]:
    """A span around a block, within the current one, or within another process's whose traceparent is `parent`."""
    return _no_span if _recorder is None else _recorder.span(name, kind, parent)


def note(name: str, value: str | int) -> None:
    """Set an attribute of the current span."""
    if _recorder is not None:
        _recorder.note(name, value)


def traceparent() -> str:
    """The current span as W3C's Trace Context writes it, for whoever continues its trace; empty if there is none."""
    return "" if _recorder is None else _recorder.traceparent()


def trace_requests(app: Flask) -> None:
    """A span around each request. To be called before anything else is registered, so that all of it is within."""
    if _recorder is not None:
        _recorder.trace_requests(app)
