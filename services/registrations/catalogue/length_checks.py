"""Checks the lengths of the catalogue's codes and labels, which databases and object keys of all services hold."""

from urllib.parse import quote

from services.contracts.registration_rules import CODE_LENGTH
from services.registrations.catalogue.reading_context import ReadingContext
from services.registrations.catalogue.yaml_nodes import Node

# A pièce's code is one path segment of its files' keys. A store that keeps objects as files allows 255 bytes for one;
# the rest is left for endings that a store adds.
MAX_ENCODED_BYTES = 180


def check_code(context: ReadingContext, node: Node, what: str, code: str) -> None:
    """Refuse a code that is too long for a column or an object's key; `what` names it in the message (French)."""
    if mistake := too_long(what, code, CODE_LENGTH):
        context.refuse(node, mistake)
    elif (size := encoded_bytes(code)) > MAX_ENCODED_BYTES:
        advice = "le raccourcir, ou l'écrire sans accents ni signes"
        context.refuse(
            node, f"{what} de {size} octets dans le nom d'un fichier, {MAX_ENCODED_BYTES} au plus : {advice}"
        )


def check_length(context: ReadingContext, node: Node, what: str, text: str, longest: int) -> None:
    """Refuse a text that is too long for its column."""
    if mistake := too_long(what, text, longest):
        context.refuse(node, mistake)


def too_long(what: str, text: str, longest: int) -> str | None:
    """The message (French) for a text of more than `longest` characters; None for one that fits."""
    return f"{what} de {len(text)} caractères, {longest} au plus : le raccourcir" if len(text) > longest else None


def encoded_bytes(code: str) -> int:
    """The bytes of a code in an object's key, percent-encoded with its dots (a code may be « .. »)."""
    return len(quote(code, safe="").replace(".", "%2E"))
