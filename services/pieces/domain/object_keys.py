"""The key of a deposited file's object: it says whose file it is, so that a lost row can be rebuilt from it.

pieces/<candidate>/<candidature>/<code of the piece>/<instant>-<deposit>-<SHA-256>
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote

_INSTANT = "%Y%m%dT%H%M%S%fZ"
_KEY = re.compile(
    r"pieces/(?P<candidate_id>[0-9a-f]{32})/(?P<candidature_id>[0-9a-f]{32})/(?P<code>[^/]+)"
    r"/(?P<instant>\d{8}T\d{12}Z)-(?P<deposit_id>[0-9a-f]{32})-(?P<sha256>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class DepositKey:
    """The parts of the key of a deposit; `code`: the piece's; `deposited_at` in UTC. str() gives the key."""

    candidate_id: str
    candidature_id: str
    code: str
    deposited_at: datetime
    deposit_id: str
    sha256: str

    def __str__(self) -> str:
        instant = f"{self.deposited_at.astimezone(UTC):{_INSTANT}}"
        code = quote(self.code, safe="").replace(".", "%2E")  # a catalogue may name a piece « .. » or « A/B »
        folder = f"pieces/{self.candidate_id}/{self.candidature_id}/{code}"
        return f"{folder}/{instant}-{self.deposit_id}-{self.sha256}"


def parse_key(key: str) -> DepositKey | None:
    """The parts of a key; None for one of another form (files deposited before 0.2, objects of something else)."""
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    parts = match.groupdict()
    try:
        instant = datetime.strptime(parts.pop("instant"), _INSTANT).replace(tzinfo=UTC)
    except ValueError:
        return None
    parsed = DepositKey(deposited_at=instant, code=unquote(parts.pop("code")), **parts)
    return parsed if str(parsed) == key else None  # another spelling would name another object
