"""What the portal's code says of its work in traces, besides what OpenTelemetry's instrumentations
see of requests, calls and statements. Nothing is recorded until `start` is given an endpoint.

OpenTelemetry is imported then, and not before. Names and values are those of things (routes, types,
statuses), never of people; what may leave the process at all is listed in recorder.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from flask import Flask

    from services.chassis.settings import Settings
    from services.chassis.traces.recorder import Recorder


_recorder: Recorder | None = None
_no_span = nullcontext()


def start(settings: Settings, process: str, *, joins_callers: bool = True) -> None:
    """Record from now on, unless no endpoint is set. To be called after the process's last fork (a
    copy has no thread that sends), before its application is created. `joins_callers`: whether a
    request's own traceparent is believed."""
    global _recorder
    if settings.otel_exporter_otlp_endpoint:
        from services.chassis.traces.recorder import Recorder

        _recorder = Recorder(
            process, share=settings.otel_traces_sampler_arg, joins_callers=joins_callers
        )


def stop() -> None:
    """Send what waits, within STOP_SECONDS of the recorder, and record no more."""
    global _recorder
    if _recorder is not None:
        _recorder.stop()
        _recorder = None


def span(
    name: str, kind: Literal["PRODUCER", "CONSUMER"], *, parent: str = ""
) -> AbstractContextManager[None]:
    """A span around a block, within the current one, or within another process's whose traceparent
    is `parent`."""
    return _no_span if _recorder is None else _recorder.span(name, kind, parent)


def note(name: str, value: str | int) -> None:
    """Set an attribute of the current span."""
    if _recorder is not None:
        _recorder.note(name, value)


def traceparent() -> str:
    """The current span as W3C's Trace Context writes it, for whoever continues its trace; empty if
    there is none."""
    return "" if _recorder is None else _recorder.traceparent()


def trace_requests(app: Flask, without: Iterable[str] = ()) -> None:
    """A span around each request but those of some paths. To be called before anything else is
    registered, so that all of it is within."""
    if _recorder is not None:
        _recorder.trace_requests(app, without)
