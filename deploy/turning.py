"""Turning a secret in steps: the new one is accepted before it is used, and the old one after it was.

A secret's text holds one or two, one a line or one PEM block after the other; the first is used, both are accepted.
Needs nothing but Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

_PEM = re.compile(r"-----BEGIN [^-]+-----.*?-----END [^-]+-----", re.DOTALL)


class Step(StrEnum):
    ADD = "add"
    PROMOTE = "promote"
    DROP_OLD = "drop-old"


class Untimely(Exception):
    """The step cannot be taken now; the message says which comes first."""


def entries(text: str) -> list[str]:
    """Those that `text` holds, in their order."""
    return _PEM.findall(text) or [line for line in text.splitlines() if line.strip()]


def turned(text: str, step: Step, new: Callable[[], str]) -> str:
    """`text` after `step`; `new` makes another secret of its kind. Raises Untimely."""
    held = entries(text)
    if step is Step.ADD:
        if len(held) > 1:
            raise Untimely("a turn is under way: promote the new one and drop the old one first")
        return _joined([*held, new().strip()])
    if len(held) != 2:
        raise Untimely("there is no second one: add it first")
    old, added = held
    return _joined([added, old] if step is Step.PROMOTE else [old])


def _joined(held: list[str]) -> str:
    return "".join(f"{secret}\n" for secret in held) if len(held) > 1 or "\n" in held[0] else held[0]
