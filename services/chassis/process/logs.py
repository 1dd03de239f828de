"""Structured logs on stdout: JSON, one id from the HTTP request to the last event, never personal
data.

Values are ids, counts and names of things. As a safeguard, keys that could carry personal data are
dropped here.
"""

import logging
import sys
import traceback

import structlog
from structlog.typing import EventDict, Processor

from services.chassis.errors import DomainError

FORBIDDEN = frozenset(
    {
        "email",
        "email_key",
        "nom",
        "nom_famille",
        "nom_usage",
        "prenoms",
        "date_naissance",
        "commune_naissance",
        "password",
        "password_hash",
        "token",
        "session",
        "payload",
        "values",
        "identity",
        "assertion",
        "filename",
        "telephone",
        "address",
        "authorization",
        "secret",
    }
)

REQUEST_ID = "X-Request-ID"
"""The header by which processes pass on the id of a request."""
_FRAMES = 8
LONGEST_REASON = 250  # characters of a reason, and of a library's message


def configure(service: str, *, level: str = "INFO", as_json: bool = True) -> None:
    """Set up logging of this process once; `service` is on every line."""

    def with_service(_: object, __: str, event: EventDict) -> EventDict:
        return {**event, "service": service}

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _guarded,
        with_service,
    ]
    final = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, final],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,  # a process of tests makes several services
    )
    libraries = logging.StreamHandler(sys.stdout)
    libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, final],
            foreign_pre_chain=[*shared, _of_a_library],
            use_get_message=False,
        )
    )
    # gunicorn has a handler of its own, which would log complete messages.
    for name in ("", "gunicorn.error"):
        logging.getLogger(name).handlers = [libraries]
    logging.getLogger().setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    logging.getLogger("pika").setLevel("CRITICAL")  # its errors are logged by our own lines


def request_id() -> str:
    """Return the id of the request, or of the task that is run; empty outside of both."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _guarded(_: object, __: str, event: EventDict) -> EventDict:
    return {key: "…" if key in FORBIDDEN else value for key, value in event.items()}


def _of_a_library(_: object, __: str, event: EventDict) -> EventDict:
    """Return a library's message without its arguments (paths, addresses, contents of files), and
    an error's type and place."""
    record: logging.LogRecord = event["_record"]
    message = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
    event["logger"] = record.name
    event["event"] = message.partition(" from ip=")[0][:LONGEST_REASON]
    raised = event.pop("exc_info", None)
    if raised and raised[1]:
        event["reason"] = reason_of(raised[1])
        event["frames"] = frames_of(raised[1])
    return event


def reason_of(error: BaseException) -> str:
    """Return an error's type and place, « IntegrityError at handlers.py:42 », without its message,
    since those of databases and parsers quote values."""
    kind = type(error).__name__
    if isinstance(error, DomainError):
        kind = f"{kind} {error.slug}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/services/" in frame.filename] or list(frames)
    where = f" at {own[-1].filename.rsplit('/', 1)[-1]}:{own[-1].lineno}" if own else ""
    return f"{kind}{where}"[:LONGEST_REASON]


def frames_of(error: BaseException) -> str:
    """Return the last source lines of the traceback, which contain code and no values."""
    return "".join(traceback.format_tb(error.__traceback__)[-_FRAMES:])
