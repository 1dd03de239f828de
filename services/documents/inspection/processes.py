"""Runs the program that looks into PDFs, and starts it anew after a file that ended it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

import structlog

from services.documents.inspection.program import DAMAGED, LENGTH_BYTES

log = structlog.get_logger()

_PROGRAM = "services.documents.inspection.program"
_ROOT = Path(__file__).parents[3]
_WALL_SECONDS = 20.0  # of each file, and of starting


class PdfInspector:
    """Used within a `with` block, by one thread."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> PdfInspector:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def refusal_of(self, content: bytes) -> str | None:
        """Why the PDF is not published, in French; None for a good one. What ends its reader is damaged."""
        process = self._process = self._process or self._start()
        timer = threading.Timer(_WALL_SECONDS, process.kill)
        timer.start()
        try:
            answer = _send_and_read_answer(process, content)
        finally:
            timer.cancel()
        if answer:
            refusal: str | None = json.loads(answer)["refusal"]
            return refusal
        log.warning("pdf_ended_its_reader", size=len(content), status=process.wait())
        self._end()
        return DAMAGED

    def _start(self) -> subprocess.Popen[bytes]:
        """Without this process's environment, which holds secrets."""
        command = [sys.executable, "-m", _PROGRAM]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT, env={})

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _send_and_read_answer(process: subprocess.Popen[bytes], content: bytes) -> bytes:
    """The answer's line; empty if the process ended."""
    if process.stdin is None or process.stdout is None:  # both are pipes
        return b""
    try:
        process.stdin.write(len(content).to_bytes(LENGTH_BYTES, "big") + content)
        process.stdin.flush()
        return process.stdout.readline()
    except BrokenPipeError:
        return b""
