"""What the confined process does with a file, for each task that it may be asked for."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from services.pieces.domain.formats import Format
from services.pieces.inspection import heif, pages
from services.pieces.inspection.format_checks import inspect_file
from services.pieces.inspection.protocol import Answer, Task


def run_task(request: dict[str, Any], content: io.BytesIO) -> Answer:
    """Carry out the request on the file. Raises whatever the readers raise."""
    return _TASKS[Task(request["task"])](request, content)


def _inspect(request: dict[str, Any], content: io.BytesIO) -> Answer:
    accepted = tuple(Format(code) for code in request["accepted"])
    return Answer({"format": inspect_file(content, request["filename"], accepted)})


def _look_at(request: dict[str, Any], content: io.BytesIO) -> Answer:
    look = pages.look_at(content)
    return Answer({"pages": look.pages, "signs": list(look.signs)})


def _merge(request: dict[str, Any], content: io.BytesIO) -> Answer:
    size, merged = pages.merge_pdfs([content.read(length) for length in request["lengths"]])
    return Answer({"size": size}, merged)


_TASKS: dict[Task, Callable[[dict[str, Any], io.BytesIO], Answer]] = {
    Task.INSPECT: _inspect,
    Task.JPEG: lambda request, content: Answer(content=heif.to_jpeg(content)),
    Task.LOOK: _look_at,
    Task.PAGE: lambda request, content: Answer(content=pages.picture_to_pdf(content)),
    Task.MERGE: _merge,
    Task.PREVIEW: lambda request, content: Answer(content=pages.render_preview(content)),
    Task.PAGE_PICTURE: lambda request, content: Answer(content=pages.render_page(content, request["number"])),
}
