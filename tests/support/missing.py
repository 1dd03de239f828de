"""What a test run does about a service that this machine does not have: skip and say so, or fail in CI."""

import os

import pytest

_missing: dict[str, str] = {}

HOW_TO_GET_THEM = "make test INSTALL=1   (as root; installs them from Debian)"


class NotInstalled(Exception):
    """A service that tests talk to is not on this machine."""

    def __init__(self, service: str, what: str) -> None:
        super().__init__(f"{service} is not installed ({what} not found)")
        self.service = service
        self.what = what


def skip_or_fail(absence: NotInstalled) -> None:
    """Skip the running test and remember why; fail it with CI=true, where everything must be tested."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"{absence}; in CI nothing is skipped", pytrace=False)
    _missing[absence.service] = absence.what
    pytest.skip(str(absence))


def closing_lines() -> list[str]:
    """Return what to print at the end of the run, or nothing when all services were there."""
    if not _missing:
        return []
    lines = ["Not tested here, for want of:"]
    lines += [f"  {service} ({what} not found)" for service, what in sorted(_missing.items())]
    return [*lines, f"To get them: {HOW_TO_GET_THEM}"]
