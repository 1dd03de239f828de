"""Services that this machine does not have: their tests are skipped and the run says so; in CI they
fail."""

import os
import re
import shutil
from collections.abc import Iterable
from typing import NoReturn

import pytest

_REASON = re.compile(r"^(?:Skipped: )?(.+ is not installed \(.+ not found\))$")
HOW_TO_GET_THEM = "make test INSTALL=1   (as root; installs them from Debian)"


class NotInstalled(Exception):
    def __init__(self, service: str, what: str) -> None:
        super().__init__(f"{service} is not installed ({what} not found)")
        self.service = service
        self.what = what


def installed(service: str, *places: str) -> str:
    """The first of these programs (names, or paths) that is there; raise NotInstalled where none
    is."""
    for program in filter(None, map(shutil.which, places)):
        return program
    raise NotInstalled(service, places[0])


def skip_or_fail(absence: NotInstalled) -> NoReturn:
    """Skip the running test; fail it with CI=true, where everything must be tested."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"{absence}; in CI nothing is skipped", pytrace=False)
    pytest.skip(str(absence))


def missing_services_summary(skipped: Iterable[str]) -> list[str]:
    """What to print at the end of a run that skipped tests for these reasons; nothing when all
    services were there."""
    missing = sorted({match[1] for reason in skipped if (match := _REASON.search(reason))})
    if not missing:
        return []
    lines = ["Not tested here, for want of:", *(f"  {service}" for service in missing)]
    return [*lines, f"To get them: {HOW_TO_GET_THEM}"]
