"""The name under which a document is saved on the candidate's machine."""

from __future__ import annotations

import re

_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
MAX_LENGTH = 120  # characters before the extension


def filename(label: str, session_label: str, *, version: int | None, extension: str) -> str:
    """« Confirmation d'inscription - BTS 2022 - version 1.pdf », without characters that a file system refuses."""
    parts = [label, session_label, *([f"version {version}"] if version is not None else [])]
    name = re.sub(r"\s+", " ", _UNSAFE.sub(" ", " - ".join(parts))).strip(" .")
    return f"{name[:MAX_LENGTH].rstrip(' .')}.{extension}"
