"""What the confined process does with a file, by what it is asked."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from services.pieces.domain.formats import Format
from services.pieces.inspection import heif, pages
from services.pieces.inspection.inspecting import inspect
from services.pieces.inspection.verdicts import Made, Task


def carried_out(request: dict[str, Any], content: io.BytesIO) -> Made:
    """Raises what the readers raise, whatever that is."""
    return _TASKS[Task(request["task"])](request, content)


def _inspected(request: dict[str, Any], content: io.BytesIO) -> Made:
    accepted = tuple(Format(code) for code in request["accepted"])
    return Made({"format": inspect(content, request["filename"], accepted)})


def _looked(request: dict[str, Any], content: io.BytesIO) -> Made:
    seen = pages.look(content)
    return Made({"pages": seen.pages, "signs": list(seen.signs)})


def _joined(request: dict[str, Any], content: io.BytesIO) -> Made:
    size, whole = pages.joined([content.read(length) for length in request["lengths"]])
    return Made({"size": size}, whole)


_TASKS: dict[Task, Callable[[dict[str, Any], io.BytesIO], Made]] = {
    Task.INSPECT: _inspected,
    Task.JPEG: lambda request, content: Made(content=heif.to_jpeg(content)),
    Task.LOOK: _looked,
    Task.PAGE: lambda request, content: Made(content=pages.page(content)),
    Task.JOIN: _joined,
    Task.PREVIEW: lambda request, content: Made(content=pages.preview(content)),
}
