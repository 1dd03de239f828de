"""What is logged within a block, whatever level a service of the same process was built with."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from structlog.testing import capture_logs
from structlog.typing import EventDict


@contextmanager
def logged_lines() -> Iterator[list[EventDict]]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("DEBUG"))
    try:
        with capture_logs() as lines:
            yield lines
    finally:
        structlog.configure(**before)
