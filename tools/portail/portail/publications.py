"""A publication of documents for many candidates from a CSV: prepared, checked, published, taken up where it broke.

An import is ordered under a key made of the file's content and of what was chosen: the same command goes on with it
instead of publishing anew.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any

from portail.api import Api, segment
from portail.failures import Failure

IMPORTS = "/documents/v1/imports"
OPEN_STATES = ("prepared", "checked")
PUBLISHING, PUBLISHED = "publishing", "published"
TUS_VERSION = {"Tus-Resumable": "1.0.0"}
PART_BYTES = 1024 * 1024  # of an upload, in one call
CHECK_SECONDS = 130.0  # of the largest table; the portal gives up sooner, and checks PDFs later

Import = dict[str, Any]


@dataclass(frozen=True)
class Choices:
    """What is published, for whom. `exam`, `session`: labels of the portal."""

    type: str
    academie: str
    exam: str
    session: str
    title: str
    paragraphs: tuple[str, ...]


def import_for(api: Api, file: Path, choices: Choices, *, anew: bool = False) -> Import:
    """The import of just this content and these choices, as a run before left it; a new one where there is none that
    goes on, or `anew`. Raises Failure."""
    new = {**asdict(choices), "source": "pdf" if file.suffix.lower() in (".pdf", ".zip") else "csv"}
    digest = hashlib.sha256(json.dumps(new).encode() + file.read_bytes()).hexdigest()
    for attempt in count():
        key = secrets.token_urlsafe(24) if anew else f"{digest[:24]}-{attempt}"
        publication: Import = api.call("POST", IMPORTS, json=new, headers={"Idempotency-Key": key}).json()
        if publication["state"] in (*OPEN_STATES, PUBLISHING, PUBLISHED):
            break
    return publication


def check(api: Api, import_id: str, file: Path) -> Import:
    """Send the file, and have it checked, at once or (« to_check ») later; a table takes the place of one sent before.
    Raises Failure for a file that cannot be read."""
    root, content = f"{IMPORTS}/{segment(import_id)}", file.read_bytes()
    name = base64.b64encode(file.name.encode()).decode()
    headers = {**TUS_VERSION, "Upload-Length": str(len(content)), "Upload-Metadata": f"filename {name}"}
    upload = segment(api.call("POST", f"{root}/uploads", headers=headers).headers["Location"].rpartition("/")[2])
    try:
        _send_parts(api, f"/documents/v1/uploads/{upload}", content)
        taken = api.call("POST", f"{root}/files", json={"uploads": [upload]}, timeout=CHECK_SECONDS)
    except Failure:
        with suppress(Failure):
            api.call("DELETE", f"/documents/v1/uploads/{upload}", headers=TUS_VERSION)
        raise
    return dict(taken.json())


def _send_parts(api: Api, path: str, content: bytes) -> None:
    """Each begins where the portal has got to: of a part whose answer was lost it may have all."""
    offset = 0
    while offset < len(content):
        headers = {**TUS_VERSION, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
        try:
            answer = api.call("PATCH", path, data=content[offset : offset + PART_BYTES], headers=headers)
            offset = int(answer.headers["Upload-Offset"])
        except Failure as failure:
            if "offset" not in failure.problem:
                raise
            offset = int(failure.problem["offset"])


def mistakes(api: Api, import_id: str) -> Iterator[dict[str, Any]]:
    """The lines that are not published and the documents that lack an épreuve, each with its reason."""
    yield from _rows(api, import_id, "refusals")
    for row in _rows(api, import_id, "documents", is_incomplete="true"):
        yield {**row, "place": ""}


def failures(api: Api, import_id: str) -> Iterator[dict[str, Any]]:
    """The documents that could not be published, in the form of `mistakes`."""
    return ({**row, "place": ""} for row in _rows(api, import_id, "documents") if row["state"] == "failed")


def act(api: Api, import_id: str, name: str, **body: object) -> Import:
    """`name`: publication, abandonment or withdrawal; given again, each changes nothing. Raises Failure."""
    return dict(api.call("POST", f"{IMPORTS}/{segment(import_id)}/{name}", json=body).json())


def read(api: Api, import_id: str) -> Import:
    return dict(api.read(f"{IMPORTS}/{segment(import_id)}"))


def _rows(api: Api, import_id: str, what: str, **wanted: str) -> Iterator[dict[str, Any]]:
    return api.pages(f"{IMPORTS}/{segment(import_id)}/{what}", wanted, "items")
