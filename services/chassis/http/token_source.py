"""What calls are given to identify themselves."""

from typing import Protocol


class TokenSource(Protocol):
    """The token of this process, renewed by whoever obtains it."""

    def __call__(self, seconds: float | None = None) -> str:
        """Return a valid token, after at most so many seconds. Raises Unavailable where there is
        none."""

    def forget(self, refused: str) -> None:
        """Discard the token `refused`: the next call obtains a new one."""


Token = str | TokenSource | None
"""A caller's token, or where that of this process comes from; None: a public operation."""
