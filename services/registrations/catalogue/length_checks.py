"""How long what the catalogue calls a code or a name may be, since other services keep it."""

from __future__ import annotations

from urllib.parse import quote

from services.registrations.catalogue.reading_context import ReadingContext
from services.registrations.catalogue.yaml_nodes import Node
from services.registrations.domain.lengths import CODE

# A pièce's code is one folder of its files' keys, and one of the store's where it keeps objects as files: such a name
# holds 255 bytes. The rest is left to stores that add an ending of their own.
MAX_ENCODED_BYTES = 180


def check_code(context: ReadingContext, node: Node, what: str, code: str, longest: int = CODE) -> None:
    """Refuse a code that another service could not keep; `what` names it (French)."""
    if mistake := too_long(what, code, longest):
        context.refuse(node, mistake)
    elif (size := encoded_bytes(code)) > MAX_ENCODED_BYTES:
        mend = "le raccourcir, ou l'écrire sans accents ni signes"
        context.refuse(node, f"{what} de {size} octets dans le nom d'un fichier, {MAX_ENCODED_BYTES} au plus : {mend}")


def check_length(context: ReadingContext, node: Node, what: str, text: str, longest: int) -> None:
    """Refuse a text that its column could not keep."""
    if mistake := too_long(what, text, longest):
        context.refuse(node, mistake)


def too_long(what: str, text: str, longest: int) -> str | None:
    """What to say of a text of more than `longest` characters."""
    return f"{what} de {len(text)} caractères, {longest} au plus : le raccourcir" if len(text) > longest else None


def encoded_bytes(code: str) -> int:
    """The length of a code in an object's key, where points are encoded too (a code may be « .. »)."""
    return len(quote(code, safe="").replace(".", "%2E"))
