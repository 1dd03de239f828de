"""Uploads by tus 1.0.0 (core, creation, termination, expiration), which every service that takes
files declares."""

from collections.abc import Mapping, Sequence
from types import NoneType
from typing import NamedTuple

from marshmallow import ValidationError, fields, validate

from services.contracts import problem_types
from services.contracts.api.given import Given, given
from services.contracts.api.operation import Callers, Operation
from services.contracts.piece_rules import MAX_MERGED_FILES, MAX_UPLOAD_PART_BYTES
from services.contracts.problem_types import ProblemType

TUS_VERSION = "1.0.0"
UPLOAD_PART_TYPE = "application/offset+octet-stream"
MAX_FILENAME_LENGTH = 300  # characters


def _ids(size: validate.Length, description: str) -> fields.List[str]:
    id = fields.String(validate=validate.Length(max=64, error="64 caractères au maximum."))
    return fields.List(id, required=True, validate=size, metadata={"description": description})


class OneUpload(Given):
    """The upload that is taken."""

    uploads: list[str] = given(
        _ids(validate.Length(equal=1, error="Un envoi est attendu."), "Un seul")
    )


class Uploads(Given):
    """The uploads that are taken together, each once."""

    uploads: Sequence[str] = given(
        _ids(
            validate.Length(
                min=1,
                max=MAX_MERGED_FILES,
                error=f"De 1 à {MAX_MERGED_FILES} envois sont attendus.",
            ),
            "Dans l'ordre des pages",
        )
    )

    def __post_init__(self) -> None:
        if len(set(self.uploads)) < len(self.uploads):
            raise ValidationError("Le même envoi est donné deux fois.", "uploads")


class UploadOperations(NamedTuple):
    begin: Operation[None]
    read: Operation[None]
    go_on: Operation[None]
    abandon: Operation[None]


def upload_operations(path: str, callers: Callers, *problems: ProblemType) -> UploadOperations:
    """Declare the four operations of an upload. `path`: where a file is announced; `problems`: of
    the announcement, besides those of any."""
    begun = (
        *problems,
        problem_types.PROTOCOL_VERSION,
        problem_types.TOO_LARGE,
        problem_types.TOO_MANY_FILES,
    )
    return UploadOperations(
        callers.post(
            path,
            NoneType,
            "Announce a file: its size, and its name in Upload-Metadata.",
            status=201,
            answer_words="Location, Upload-Expires",
            parameters=(
                _VERSION,
                _header("Upload-Length", _NUMBER),
                _header("Upload-Metadata", {"type": "string"}, "filename <base64>", required=False),
            ),
            problems=begun,
        ),
        Operation(
            "HEAD",
            "/v1/uploads/<upload_id>",
            NoneType,
            "Where to go on.",
            callers.access,
            status=200,
            answer_words="Upload-Offset, Upload-Length",
            parameters=(_VERSION,),
            problems=(problem_types.PROTOCOL_VERSION,),
        ),
        callers.patch(
            "/v1/uploads/<upload_id>",
            NoneType,
            f"The bytes that follow, at most {MAX_UPLOAD_PART_BYTES / 2**20:g} MiB of them.",
            answer_words="Upload-Offset",
            sends=UPLOAD_PART_TYPE,
            parameters=(_VERSION, _header("Upload-Offset", _NUMBER)),
            problems=(
                problem_types.PROTOCOL_VERSION,
                problem_types.WRONG_OFFSET,
                problem_types.CONTENT_TYPE_REFUSED,
            ),
        ),
        callers.delete(
            "/v1/uploads/<upload_id>",
            NoneType,
            "« Annuler »: what came is forgotten.",
            parameters=(_VERSION,),
            problems=(problem_types.PROTOCOL_VERSION,),
        ),
    )


def _header(
    name: str, schema: Mapping[str, object], description: str = "", *, required: bool = True
) -> dict[str, object]:
    """Describe a header that the view reads itself, as OpenAPI does."""
    words = {"description": description} if description else {}
    return {"name": name, "in": "header", "required": required, "schema": schema, **words}


_VERSION = _header("Tus-Resumable", {"type": "string", "enum": [TUS_VERSION]})
_NUMBER = {"type": "integer", "minimum": 0}
