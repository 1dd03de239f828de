"""Reads good and bad files of each format, as the confined process does."""

from __future__ import annotations

import contextlib
import io

from services.chassis.errors import DomainError
from services.pieces.domain.formats import Format
from services.pieces.inspection.format_checks import inspect_file
from services.pieces.inspection.protocol import Task
from services.pieces.inspection.tasks import run_task
from tests.pieces import sample_files
from tests.pieces.corpus import office_audio_video, sample_pages
from tests.pieces.inspection.test_accepted_when_confined import LARGE_FILES
from tests.pieces.inspection.test_inspection import GOOD_FILES

UNKNOWN = [("a.txt", b"bonjour"), ("a.exe", b"MZ\x90\x00" + b"\0" * 300), ("a.gif", b"GIF89a" + b"\0" * 50)]
FILES = [
    *((name, content) for name, content, _ in GOOD_FILES),
    *((name, make()) for name, make, _ in LARGE_FILES),
    *((name, content[: len(content) // 2]) for name, content, _ in GOOD_FILES),
    *((file.name, file.content) for file in office_audio_video.two_at_once()),
    *UNKNOWN,
]


def read_all() -> None:
    for name, content in FILES:
        with contextlib.suppress(DomainError):
            inspect_file(io.BytesIO(content), name, tuple(Format))
    for content in (*sample_pages.jpegs(), sample_pages.heic(sample_pages.sheet()), sample_files.pdf(pages=2)):
        for task in (Task.LOOK, Task.PAGE, Task.PREVIEW, Task.JPEG):
            with contextlib.suppress(DomainError):
                run_task({"task": task}, io.BytesIO(content))
    run_task({"task": Task.MERGE, "lengths": [len(sample_files.pdf())]}, io.BytesIO(sample_files.pdf()))
