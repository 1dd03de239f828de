"""An HTTP request between our processes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from services.chassis.errors import NotFound

READS = frozenset({"GET", "HEAD", "OPTIONS"})
Parameters = Mapping[str, object] | Sequence[tuple[str, str]]
"""Of a query; what is None is left out."""


@dataclass(frozen=True)
class Call:
    """A request, as it is sent to whichever replica.

    `path` starts with a slash. `reads`: it changes nothing; by default as its method says.
    `seconds`: for a read in all, but for the body of a streamed answer; for a write, of silence;
    None: what is usual. `stream`: the answer's body is read as it comes.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Parameters | None = None
    json: object = None
    data: bytes | None = None
    reads: bool | None = None
    seconds: float | None = None
    stream: bool = False

    @property
    def is_read(self) -> bool:
        """Return whether it may be sent again where no answer came."""
        return self.method in READS if self.reads is None else self.reads


def path(template: str, *ids: object) -> str:
    """Return `template` with each « {} » replaced by an id, quoted. Raises NotFound for a text that
    cannot be an id."""
    texts = [str(id) for id in ids]
    if any(text in ("", ".", "..") for text in texts):  # servers normalise a path that has these
        raise NotFound()
    return template.format(*(quote(text, safe="") for text in texts))
