"""Reads the link of « Activer mon compte » from a folder in which mails arrive as files, or from a command.

MAILS names either. A command is run by the shell with the address in ADDRESS and prints the mail, or anything that
contains the link; it is run again until it does.
"""

import os
import quopri
import re
import subprocess
import threading
import time
from pathlib import Path

from tests.bench.visitor import UnexpectedAnswer

PATIENCE_SECONDS = 120.0
LOOK_SECONDS = 0.1
ASK_SECONDS = 1.0
_LINK = re.compile(rb"/compte/activation/[\w-]+")
_TO = re.compile(rb"^To: .*?([^\s<>]+@[^\s<>]+)", re.MULTILINE)


class Mails:
    """`link(address)` waits for it. Raises UnexpectedAnswer where none comes."""

    def __init__(self, source: str) -> None:
        self._folder = Path(source) if Path(source).is_dir() else None
        self._command = source
        self._links: dict[str, str] = {}
        self._read: set[str] = set()
        self._lock = threading.Lock()

    def link(self, address: str) -> str:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if link := self._there(address):
                return link
            time.sleep(LOOK_SECONDS if self._folder else ASK_SECONDS)
        raise UnexpectedAnswer("activation mail: none came")

    def _there(self, address: str) -> str | None:
        if self._folder is None:
            return _link_in(self._asked(address))
        with self._lock:
            self._look(self._folder)
            return self._links.get(address)

    def _asked(self, address: str) -> bytes:
        return subprocess.run(
            self._command, shell=True, env=os.environ | {"ADDRESS": address}, capture_output=True, check=True
        ).stdout

    def _look(self, folder: Path) -> None:
        """Each file is read once, whoever's it is."""
        for entry in os.scandir(folder):
            if entry.name in self._read or entry.name.startswith("."):
                continue
            self._read.add(entry.name)
            mail = Path(entry.path).read_bytes()
            to, link = _TO.search(mail), _link_in(mail)
            if to and link:
                self._links[to[1].decode()] = link


def _link_in(mail: bytes) -> str | None:
    plain, _, _ = mail.partition(b"<html")  # the text part has it too
    link = _LINK.search(quopri.decodestring(plain))
    return link[0].decode() if link else None
