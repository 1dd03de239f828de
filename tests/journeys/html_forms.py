"""What a browser without a script sends, and what it reads in the answers to go on."""

from __future__ import annotations

import re

import requests

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
LAST_TAB = 9
_DRAFT = re.compile(r"/inscription/([0-9a-f]{32})/\d+")
_REVISION = re.compile(r'name="revision" value="(\d+)"')


def last_tab_path(begun: requests.Response) -> str | None:
    """Where « Enregistrer » of the draft stands that « Modifier » has led to; None where it led elsewhere."""
    draft = _DRAFT.search(begun.headers.get("Location", ""))
    return f"/inscription/{draft[1]}/{LAST_TAB}" if draft else None


def save_form_fields(tab: requests.Response) -> dict[str, str] | None:
    """What « Enregistrer » of the last tab sends; None where there is no such button (any more)."""
    revision = _REVISION.search(tab.text)
    return {"action": "save", "revision": revision[1]} if revision else None
