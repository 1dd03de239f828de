"""`python -m services.chassis.process.probe`: exit status 0 if this container's own process is
ready; else 1 and one line saying what is missing, which `docker inspect` keeps.

It imports the standard library only, since a probe runs every few seconds. The paths are those of
every process.
"""

import http.client
import json
import os
import sys
from collections.abc import Mapping
from contextlib import closing

TIMEOUT_SECONDS = 4.0  # readiness itself answers within 3
DEFAULT_PORT = 8000
LONGEST_BODY = 16 * 1024  # bytes
LIVE = "/health/live"
READY = "/health/ready"
METRICS = "/metrics"
HEALTH_PATHS = (LIVE, READY, METRICS)
"""Neither logged nor traced: they are asked every few seconds."""


def main() -> None:
    if reason := reason_not_ready(port_of(os.environ)):
        sys.stdout.write(f"{reason}\n")
        sys.exit(1)


def port_of(environ: Mapping[str, str]) -> int:
    """Where the process listens: WORKER_PORT for workers, BIND (host:port) for web processes. 0
    leaves it closed."""
    worker = environ.get("WORKER_PORT", "")
    bound = environ.get("BIND", "").rpartition(":")[2]
    return next(
        (int(port) for port in (worker, bound) if port.isdecimal() and int(port)), DEFAULT_PORT
    )


def reason_not_ready(port: int) -> str | None:
    """None when `/health/ready` answers 200, else a line such as « 503 database=OperationalError
    »."""
    try:
        with closing(
            http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        ) as connection:
            connection.request("GET", READY)
            answer = connection.getresponse()
            if answer.status == 200:
                return None
            return f"{answer.status} {_failed(answer.read(LONGEST_BODY))}".strip()
    except (OSError, http.client.HTTPException) as error:
        return f"no answer: {type(error).__name__}"


def _failed(body: bytes) -> str:
    """The failed checks as « name=reason »; empty if the answer is not ours."""
    try:
        checks = json.loads(body)["checks"]
        return " ".join(f"{name}={reason}" for name, reason in checks.items() if reason != "ok")
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


if __name__ == "__main__":
    main()
