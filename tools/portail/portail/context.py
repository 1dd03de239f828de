"""The API that a command calls, connected when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from portail.api import Api
from portail.connection import read_connection

View = TypeVar("View", bound=Callable[..., Any])


def pass_api(view: View) -> View:
    """Calls the command with the API as its first argument. Raises Failure without address or token."""

    @wraps(view)
    def command(*args: Any, **options: Any) -> Any:
        return view(Api(read_connection()), *args, **options)

    return command  # type: ignore[return-value]
