"""A span around each statement. OpenTelemetry's own instrumentation knows no SQLAlchemy from 2.1 on."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

from services.chassis.traces import spans

_SPAN = "portail_span"  # of the statement that a connection executes


def trace_statements(engine: Engine) -> None:
    """Of each statement its text, which has placeholders where its values are."""

    @event.listens_for(engine, "before_cursor_execute")
    def begin(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        span = spans.span(statement.split(maxsplit=1)[0], spans.Kind.CLIENT)
        span.__enter__()
        spans.note("db.system.name", engine.dialect.name)
        spans.note("db.query.text", statement)
        connection.info[_SPAN] = span

    @event.listens_for(engine, "after_cursor_execute")
    def end(connection: Connection, *_: Any) -> None:
        if span := connection.info.pop(_SPAN, None):
            span.__exit__(None, None, None)

    @event.listens_for(engine, "handle_error")
    def fail(context: ExceptionContext) -> None:
        if context.connection and (span := context.connection.info.pop(_SPAN, None)):
            error = context.original_exception
            with suppress(type(error)):
                span.__exit__(type(error), error, None)
