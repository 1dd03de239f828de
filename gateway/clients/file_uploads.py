"""Files go to services as uploads in small parts (tus 1.0.0), which the service then takes."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar

from gateway.sessions import SessionOwner
from services.chassis.errors import DomainError
from services.chassis.http.sessions import Answer
from services.contracts.api.operation import Operation
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
    **target: str,
) -> Taken:
    """Send files that came with one form, and have them taken; `target`: the id of what they are
    for. After a refusal the uploads are cancelled."""
    uploads: list[str] = []
    try:
        for file in files:
            headers = {
                "Upload-Length": str(file.length),
                "Upload-Metadata": upload_metadata(file.name),
            }
            uploads.append(upload_id(exchanged(person, declared.begin, headers, None, **target)))
            offset = 0
            while part := file.content.read(MAX_UPLOAD_PART_BYTES):
                exchanged(
                    person,
                    declared.go_on,
                    {"Upload-Offset": str(offset)},
                    part,
                    upload_id=uploads[-1],
                )
                offset += len(part)
        return take(uploads)
    except DomainError:
        with suppress(
            DomainError
        ):  # a service that does not answer is not asked once for each: uploads expire
            for upload in uploads:
                exchanged(person, declared.abandon, {}, upload_id=upload)
        raise


def exchanged(
    person: SessionOwner,
    operation: Operation[Any],
    headers: dict[str, str],
    part: bytes | None = None,
    **ids: str,
) -> Answer:
    sent = {**VERSION, **({"Content-Type": operation.sends} if operation.sends else {}), **headers}
    return person.client_of(operation).exchange(
        operation, person.access_token(), ids, headers=sent, data=part
    )


def upload_metadata(filename: str) -> str:
    """The value of Upload-Metadata that names an upload's file."""
    return f"filename {b64encode(filename.encode()).decode()}"


def upload_id(answer: Answer) -> str:
    """Of an upload that was announced."""
    return answer.headers["Location"].rpartition("/")[2]
