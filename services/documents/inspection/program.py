"""`python -m services.documents.inspection.program`: reads PDFs from descriptor 0, answers each by a line of JSON.

A PDF is published if it is whole, readable by everybody, and without anything that acts by itself. Once its reader is
loaded the program can open nothing, start nothing and write no file, and it ends on a file that takes too long or too
much memory. Each PDF comes as its length (eight bytes) and its bytes.
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
from collections.abc import Iterator
from importlib.abc import MetaPathFinder
from typing import Any, BinaryIO, NoReturn

import pypdf
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

MAX_PAGES = 50
DAMAGED = "Le PDF est endommagé ou incomplet"
PROTECTED = "Le PDF est protégé par un mot de passe ou un chiffrement"
ACTIVE = "Le PDF contient du code, une action automatique ou un fichier joint"
NOT_A_PDF = "Le fichier n'est pas un PDF"
_HEAD, _TAIL_BYTES, _END = b"%PDF-", 2048, b"%%EOF"
_ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/AA", "/RichMediaContent", "/XFA"})
_ACTIVE_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/Movie"}
)
_PLACE_IN_THE_FILE = "/GoTo"
"""The one action that may follow from opening the file; a link that a reader clicks on may lead to a site, too."""


def refusal_of(content: bytes) -> str | None:
    """Why the PDF is not published, in French; None for a good one. On hostile bytes anything may be raised."""
    if not content.startswith(_HEAD):
        return NOT_A_PDF
    if _END not in content[-_TAIL_BYTES:]:
        return DAMAGED
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        return PROTECTED
    pages = len(reader.pages)
    if pages < 1:
        return DAMAGED
    if pages > MAX_PAGES:
        return f"Le PDF a plus de {MAX_PAGES} pages"
    return ACTIVE if any(_is_active(item) for item in _dictionaries(reader)) else None


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary of the file, however it is nested."""
    numbers = {(number, generation) for generation, places in reader.xref.items() for number in places}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    waiting: list[Any] = [reader.trailer]
    waiting += [reader.get_object(IndirectObject(number, generation, reader)) for number, generation in sorted(numbers)]
    while waiting:
        item = waiting.pop()
        if isinstance(item, DictionaryObject):
            yield item
            waiting += [dict.__getitem__(item, key) for key in item]
        elif isinstance(item, ArrayObject):
            waiting += list.__iter__(item)


def _is_active(item: DictionaryObject) -> bool:
    return (
        not _ACTIVE_KEYS.isdisjoint(item)
        or _value(item, "/S") in _ACTIVE_ACTIONS
        or _acts_by_itself(_value(item, "/OpenAction"))
    )


def _acts_by_itself(opening: Any) -> bool:
    """What happens when the file is opened: a place to show is harmless, as an array or as an action."""
    return isinstance(opening, DictionaryObject) and _value(opening, "/S") != _PLACE_IN_THE_FILE


def _value(item: DictionaryObject, key: str) -> Any:
    """What a reader finds there, also where it stands elsewhere in the file."""
    value = dict.get(item, key)
    return value.get_object() if isinstance(value, IndirectObject) else value


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
