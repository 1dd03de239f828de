"""`python -m services.pieces.inspection.program`: imports the readers once, then forks a confined process per file.

Descriptor 0 is a socket to the service (`processes`). Each message on it carries one end of a channel, and the file,
open to be read. The process forked for them reads the request (JSON) from the channel and writes the answer to it; how
the process ended goes back by descriptor 0. This program itself never reads a byte of a file. It ends with the service.
What the readers need is loaded before a process is confined, which can open no file, Python's own included.
"""

from __future__ import annotations

import base64
import codecs
import gc
import io
import json
import os
import signal
import socket
import zlib
from io import FileIO
from typing import Any

import pikepdf
from PIL import Image, ImageOps, MpoImagePlugin, PdfImagePlugin, TiffImagePlugin

from services.pieces.inspection import images, pages
from services.pieces.inspection.confinement import CHANNEL_FD, NICENESS, confine, hide_memory
from services.pieces.inspection.protocol import encode_answer
from services.pieces.inspection.tasks import run_task

# Telephones put several pictures into a JPEG, and their place and time, which Pillow reads as TIFF.
__all__ = ["ImageOps", "MpoImagePlugin", "PdfImagePlugin", "TiffImagePlugin", "preload_readers"]

_CODECS = ("ascii", "cp437", "latin-1", "utf-8", "utf-16-le")  # of names in archives and documents
_HEIC = (
    "eNpjYGCQSSupLMhIzUxmAILczDRDEDs3MzGNgYGxJje1JJEBAhQzUnKKoGyGgszkEgY0oJSZkw82xMWBgREIgYBxAYQGyQKxcmZmXhqYBxIV"
    "BXJSmaC8jLJkQxCTryCzJBeu5E9mQVEBkL6TWZCcD6RLgcqcGZlBQhPAiuQ+MPz5++MHAwM/cwJQh4QDIw/j//8gBcwgFcwgJLeLySERKKnp"
    "xMiIJrNAoZF12qt1s549UFxwoIGBgacBJNySBFTN5sJ4sPhgJ9AO4eT8nKK85JwKoCgvAxtQCYNIZnFBKtRjDlCskZyTCHKYANTtYPr///8X"
    "gDQTjAaJF2RWZII0MnNwcAApicyCXFgYA4ONtZGJmbUFyNbKTUkEhbGcBuN6FiEhnwc/WPzi814YhDIqrHmxpWThiekCk3dnHQAAdnBbXw=="
)
"""A white photograph of 16 by 16 pixels: base64 of zlib."""


def preload_readers() -> None:
    """Have each reader read something, so that it imports what it only imports at first use."""
    for codec in _CODECS:
        codecs.lookup(codec)
    Image.preinit()
    for reader in images.READERS.values():
        picture = io.BytesIO()
        Image.new("RGB", (1, 1)).save(picture, reader.name)
        reader.check(picture)
    document = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(document, encryption=pikepdf.Encryption(owner="a", user=""))  # qpdf opens its source of randomness
    with pikepdf.open(document) as pdf:
        len(pdf.pages)
    photograph = io.BytesIO(images.to_jpeg(io.BytesIO(zlib.decompress(base64.b64decode(_HEIC)))))
    pages.look_at(photograph)
    _, whole = pages.merge_pdfs([pages.picture_to_pdf(photograph)])
    pages.render_preview(io.BytesIO(whole))
    pages.look_at(io.BytesIO(whole))


def main() -> None:
    hide_memory()  # also of the processes forked here from each other, and of their files under /proc
    preload_readers()
    os.nice(NICENESS)
    os.chdir("/")
    gc.freeze()  # memory shared with the forked processes stays shared
    with socket.socket(fileno=0) as service:
        while True:
            _, descriptors, _, _ = socket.recv_fds(service, 1, 2)
            if not descriptors:
                return
            service.sendall(json.dumps(_inspect_in_child(*descriptors)).encode())


def _inspect_in_child(channel: int, file: int) -> dict[str, Any]:
    """Fork a process for the file and the request that comes by `channel`; how it ended, as `processes.ProcessEnd`."""
    child = os.fork()
    if child == 0:
        _run_child(channel, file)
    os.close(channel)
    os.close(file)
    _, status, usage = os.wait4(child, 0)
    return {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_memory": usage.ru_maxrss * 1024,
    }


def _run_child(channel: int, file: int) -> None:
    """What the forked process does: it confines itself, carries out the request and exits; it never returns."""
    try:
        confine(channel)
        request, content = _read_request(), io.BytesIO(os.pread(file, os.fstat(file).st_size, 0))
        signal.setitimer(signal.ITIMER_PROF, request["seconds"])  # of processor time; 0: no limit
        _write_answer(encode_answer(lambda: run_task(request, content)))
    finally:
        os._exit(0)


def _read_request() -> Any:
    with FileIO(CHANNEL_FD, closefd=False) as channel:
        return json.loads(channel.readall())


def _write_answer(answer: bytes) -> None:
    unwritten = memoryview(answer)
    while unwritten:
        unwritten = unwritten[os.write(CHANNEL_FD, unwritten) :]


if __name__ == "__main__":
    main()
