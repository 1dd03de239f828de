"""Rotating a secret in steps: the new one is accepted before it is used, and the old one after it
was.

A secret's text holds one or two secrets, one a line or one PEM block after the other: the first is
used, both are accepted. Needs nothing but Python.
"""

import re
from collections.abc import Callable
from enum import StrEnum

_PEM = re.compile(r"-----BEGIN [^-]+-----.*?-----END [^-]+-----", re.DOTALL)


class Step(StrEnum):
    """In this order: the new one is added second, becomes the first, the old one is dropped."""

    ADD = "add"
    PROMOTE = "promote"
    DROP_OLD = "drop-old"


class StepOutOfOrder(Exception):
    """The step cannot be taken now; the message says which one comes first."""


def secrets_in(text: str) -> list[str]:
    """The secrets in `text`, in their order."""
    return _PEM.findall(text) or [line for line in text.splitlines() if line.strip()]


def rotate_text(text: str, step: Step, new: Callable[[], str]) -> str:
    """The secret file's text after `step`; `new` makes another secret of its kind. Raises
    StepOutOfOrder."""
    secrets = secrets_in(text)
    if step is Step.ADD:
        if len(secrets) > 1:
            raise StepOutOfOrder(
                "a turn is under way: promote the new one and drop the old one first"
            )
        return _joined([*secrets, new().strip()])
    if len(secrets) != 2:
        raise StepOutOfOrder("there is no second one: add it first")
    old, added = secrets
    return _joined([added, old] if step is Step.PROMOTE else [old])


def _joined(secrets: list[str]) -> str:
    return (
        "".join(f"{secret}\n" for secret in secrets)
        if len(secrets) > 1 or "\n" in secrets[0]
        else secrets[0]
    )
