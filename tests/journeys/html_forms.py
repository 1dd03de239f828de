"""The fields to post for « Enregistrer », read from pages without a browser."""

from __future__ import annotations

import re

import requests

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
LAST_TAB = 9
_DRAFT = re.compile(r"/inscription/([0-9a-f]{32})/\d+")
_REVISION = re.compile(r'name="revision" value="(\d+)"')


def last_tab_path(begun: requests.Response) -> str | None:
    """The path of the last tab of the draft that « Modifier » has opened; None where it led elsewhere."""
    draft = _DRAFT.search(begun.headers.get("Location", ""))
    return f"/inscription/{draft[1]}/{LAST_TAB}" if draft else None


def save_form_fields(tab: str) -> dict[str, str] | None:
    """What « Enregistrer » of the last tab posts, by its HTML; None where the page has no such button (any more)."""
    revision = _REVISION.search(tab)
    return {"action": "save", "revision": revision[1]} if revision else None
