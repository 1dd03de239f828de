"""`python -m services.documents.inspection.program`: reads PDFs from descriptor 0, answers each by a line of JSON.

Once its reader is loaded it can open nothing, start nothing and write no file, and it ends on a file that takes too
long or too much memory. Each PDF comes as its length (eight bytes) and its bytes.
"""

from __future__ import annotations

import contextlib
import encodings
import importlib
import io
import json
import logging
import os
import pkgutil
import resource
import signal
import sys
from importlib.abc import MetaPathFinder
from typing import BinaryIO, NoReturn

import pypdf
from pypdf import PdfWriter

from services.documents.inspection.pdf_checks import DAMAGED, refusal_of

LENGTH_BYTES = 8
MEMORY_BYTES = 256 * 1024 * 1024
PROCESSOR_SECONDS = 5.0  # of each file; good ones take a hundredth of that
_MOST_OBJECTS = 0  # that it may open, start or write


def main() -> None:
    logging.disable(logging.CRITICAL)  # what a reader logs may repeat the file
    _load_reader()
    _confine()
    source, answers = sys.stdin.buffer, sys.stdout
    while content := _next_file(source):
        signal.setitimer(signal.ITIMER_PROF, PROCESSOR_SECONDS)
        answers.write(json.dumps({"refusal": _refusal_of(content)}) + "\n")
        answers.flush()
        signal.setitimer(signal.ITIMER_PROF, 0)


class _NoMoreModules(MetaPathFinder):
    """Ends the process: the reader takes a module or a codec that is missing for a fault of the file, and goes on
    without what it could not read, such as that the file is encrypted."""

    def find_spec(self, *_: object) -> NoReturn:
        os._exit(os.EX_SOFTWARE)


def _load_reader() -> None:
    """Import what the reader imports only when it reads: later it cannot."""
    for package in (encodings, pypdf):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            with contextlib.suppress(ImportError):  # codecs of other systems
                importlib.import_module(module.name)
    writer, sample = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(sample)
    refusal_of(sample.getvalue())


def _confine() -> None:
    for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE):
        resource.setrlimit(limit, (_MOST_OBJECTS, _MOST_OBJECTS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    sys.meta_path.insert(0, _NoMoreModules())


def _next_file(source: BinaryIO) -> bytes:
    """Empty at the end."""
    length = source.read(LENGTH_BYTES)
    return source.read(int.from_bytes(length, "big")) if len(length) == LENGTH_BYTES else b""


def _refusal_of(content: bytes) -> str | None:
    try:
        return refusal_of(content)
    except (Exception, RecursionError):  # a parser may fail in any way on hostile bytes
        return DAMAGED


if __name__ == "__main__":
    main()
