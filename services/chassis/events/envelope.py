"""The envelope of an event: CloudEvents 1.0 as JSON, read strictly."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import orjson

SPEC_VERSION = "1.0"
# Longest of each attribute, as the tables hold them.
_LONGEST = {"id": 64, "source": 200, "type": 200, "subject": 200, "time": 40, "correlationid": 64}
_TRACEPARENT = re.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class Undecodable(ValueError):
    """The bytes are not a valid envelope; a retry would not help."""


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest and "\x00" not in value


@dataclass(frozen=True)
class Envelope:
    """`type` names the contract of `data`; `subject` is the id of whom or what it is about, with
    which it is erased.

    `traceparent` is the span in which it was written (CloudEvents' extension « Distributed Tracing
    »); empty if it was written in none.
    """

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    data: dict[str, Any]
    correlation_id: str = ""
    traceparent: str = ""

    def to_json(self) -> bytes:
        traced = {"traceparent": self.traceparent} if self.traceparent else {}
        return orjson.dumps(
            {
                "specversion": SPEC_VERSION,
                "id": self.id,
                "source": self.source,
                "type": self.type,
                "subject": self.subject,
                "time": self.time.isoformat(),
                "datacontenttype": "application/json",
                "correlationid": self.correlation_id,
                **traced,
                "data": self.data,
            }
        )

    @classmethod
    def from_json(cls, body: bytes | str) -> Self:
        """Return the envelope that an event's JSON holds. Raises Undecodable."""
        try:
            read = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Undecodable("not JSON") from error
        if not isinstance(read, dict) or read.get("specversion") != SPEC_VERSION:
            raise Undecodable("not a CloudEvents 1.0 envelope")
        if not all(_is_text(read.get(name), longest) for name, longest in _LONGEST.items()):
            raise Undecodable("an attribute is missing, ill-typed or too long")
        if not isinstance(read.get("data"), dict):
            raise Undecodable("data is no object")
        try:
            time = datetime.fromisoformat(read["time"])
        except ValueError as error:
            raise Undecodable("time is no instant") from error
        id, source, type, subject = (read[name] for name in ("id", "source", "type", "subject"))
        said = read.get("traceparent")  # an event is handled whatever it says of its trace
        traceparent = said if isinstance(said, str) and _TRACEPARENT.fullmatch(said) else ""
        return cls(
            id, source, type, subject, time, read["data"], read["correlationid"], traceparent
        )
