"""Reads good and bad files of each format, as the confined process does."""

from __future__ import annotations

import contextlib
import io

from services.chassis.errors import DomainError
from services.pieces.domain.formats import Format
from services.pieces.inspection.inspecting import inspect
from services.pieces.inspection.tasks import carried_out
from services.pieces.inspection.verdicts import Task
from tests.pieces import made
from tests.pieces.corpus import legible, others
from tests.pieces.inspection.test_confinement import MORE
from tests.pieces.inspection.test_inspection import GOOD

UNKNOWN = [("a.txt", b"bonjour"), ("a.exe", b"MZ\x90\x00" + b"\0" * 300), ("a.gif", b"GIF89a" + b"\0" * 50)]
FILES = [
    *((name, content) for name, content, _ in GOOD + MORE),
    *((name, content[: len(content) // 2]) for name, content, _ in GOOD),
    *((file.name, file.content) for file in others.two_at_once()),
    *UNKNOWN,
]


def read_all() -> None:
    for name, content in FILES:
        with contextlib.suppress(DomainError):
            inspect(io.BytesIO(content), name, tuple(Format))
    for content in (*legible.PICTURES, legible.heic(legible.sheet()), made.pdf(pages=2)):
        for task in (Task.LOOK, Task.PAGE, Task.PREVIEW, Task.JPEG):
            with contextlib.suppress(DomainError):
                carried_out({"task": task}, io.BytesIO(content))
    carried_out({"task": Task.JOIN, "lengths": [len(made.pdf())]}, io.BytesIO(made.pdf()))
