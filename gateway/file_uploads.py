"""Files go to services as uploads in small parts (tus 1.0.0), which the service then takes."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, TypeVar

from gateway.sessions import SessionOwner
from services.chassis.errors import DomainError
from services.chassis.http.sessions import Answer
from services.contracts.api.uploads import TUS_VERSION, UploadOperations
from services.contracts.piece_rules import MAX_UPLOAD_PART_BYTES

Taken = TypeVar("Taken")
VERSION = {"Tus-Resumable": TUS_VERSION}


@dataclass(frozen=True)
class ReceivedFile:
    """A whole file: `content` is at its start; `length` in bytes; `name` as the browser gave it."""

    name: str
    content: BinaryIO
    length: int


def send_files(
    person: SessionOwner,
    declared: UploadOperations,
    files: Sequence[ReceivedFile],
    take: Callable[[list[str]], Taken],
    target: str,
) -> Taken:
    """Send files that came with one form, and return what `take` makes of the ids of their uploads;
    `target`: the id of what they are for. After a refusal the uploads are cancelled."""
    uploads: list[str] = []
    try:
        for file in files:
            headers = {
                "Upload-Length": str(file.length),
                "Upload-Metadata": upload_metadata(file.name),
            }
            begun = person.exchange(declared.begin(target, headers={**VERSION, **headers}))
            uploads.append(upload_id(begun))
            offset = 0
            while part := file.content.read(MAX_UPLOAD_PART_BYTES):
                headers = {**VERSION, "Upload-Offset": str(offset)}
                person.exchange(declared.go_on(uploads[-1], headers=headers, body=part))
                offset += len(part)
        return take(uploads)
    except DomainError:
        with suppress(
            DomainError
        ):  # a service that does not answer is not asked once for each: uploads expire
            for upload in uploads:
                person.exchange(declared.abandon(upload, headers=VERSION))
        raise


def upload_metadata(filename: str) -> str:
    """Return the value of Upload-Metadata that names an upload's file."""
    return f"filename {b64encode(filename.encode()).decode()}"


def upload_id(answer: Answer) -> str:
    """Return the id of an upload, from the answer to its announcement."""
    return answer.headers["Location"].rpartition("/")[2]
