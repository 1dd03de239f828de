"""How much a process takes: requests at once, a body, and the time to finish once it is to stop
(the table in docs/operations/install.md)."""

import os

STOP_SECONDS = 25
"""What a request or a handler under way has to finish, once its process is to stop."""
MAX_BODY_BYTES = 1024 * 1024
"""Of a JSON body that a service reads, and that the gateway passes on. Routes that take files read
their stream themselves."""


def thread_count() -> int:
    """Return how many requests this process answers concurrently: THREADS."""
    return int(os.environ.get("THREADS", "64"))
