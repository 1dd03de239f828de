"""How long what the catalogue calls a code or a name may be, since other services keep it."""

from __future__ import annotations

from urllib.parse import quote

from services.registrations.catalogue.building import Building
from services.registrations.catalogue.reading import Node

# The columns of pieces and of registrations that hold codes of exams, sessions, pièces, regroupements and forms.
MAX_CHARACTERS = 64
# A pièce's code is one folder of its files' keys, and one of the store's where it keeps objects as files: such a name
# holds 255 bytes. The rest is left to stores that add an ending of their own.
MAX_ENCODED_BYTES = 180


def check(building: Building, node: Node, what: str, code: str) -> None:
    """Refuse a code that another service could not keep; `what` names it (French)."""
    if len(code) > MAX_CHARACTERS:
        building.refuse(node, f"{what} de {len(code)} caractères, {MAX_CHARACTERS} au plus : le raccourcir")
    elif (size := encoded_bytes(code)) > MAX_ENCODED_BYTES:
        mend = "le raccourcir, ou l'écrire sans accents ni signes"
        building.refuse(node, f"{what} de {size} octets dans le nom d'un fichier, {MAX_ENCODED_BYTES} au plus : {mend}")


def encoded_bytes(code: str) -> int:
    """The length of a code in an object's key, where points are encoded too (a code may be « .. »)."""
    return len(quote(code, safe="").replace(".", "%2E"))
