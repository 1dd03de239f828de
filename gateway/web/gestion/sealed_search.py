"""A search that tells of a person, in an address: what was typed, encrypted for the member of staff who typed it. Back,
a reload and the pages that follow find it there; neither the address nor a log of it says of whom it tells."""

import json
from collections.abc import Mapping
from typing import Any

from flask import request

from gateway.seal import POST_LIFE_SECONDS, current_seal
from gateway.sessions import staff_member
from services.chassis.errors import Invalid

SEARCH = "personne"
LONGEST_TEXT = 254  # characters, as a mail address has: all of them together fit in an address


def sealed_search(typed: Mapping[str, str]) -> dict[str, Any]:
    """What an address has of it; nothing of no search."""
    text = json.dumps({name: text[:LONGEST_TEXT] for name, text in typed.items()}, ensure_ascii=False)
    return {SEARCH: current_seal().seal_text(text, _purpose())} if typed else {}


def search_of_address() -> dict[str, str]:
    """What was typed; nothing without a search. Raises Invalid for one that is too old, or of somebody else."""
    sealed = request.args.get(SEARCH)
    text = current_seal().unseal_text(sealed, _purpose(), life_seconds=POST_LIFE_SECONDS) if sealed else "{}"
    if text is None:
        raise Invalid("Cette recherche date de trop longtemps, ou n'est pas la vôtre : saisissez-la de nouveau.")
    typed: dict[str, str] = json.loads(text)
    return typed


def _purpose() -> str:
    return f"{SEARCH} {staff_member.required().subject}"
