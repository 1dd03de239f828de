"""Typed access to the keys of a node. What is missing, ill-typed, too long or unknown becomes a
mistake; reading goes on."""

from collections.abc import Collection, Iterator
from types import TracebackType
from typing import Self
from urllib.parse import quote

from services.contracts.registration_rules import CODE_LENGTH
from services.registrations.catalogue.mistakes import Mistake, suggestion
from services.registrations.catalogue.reading_context import ReadingContext
from services.registrations.catalogue.yaml_nodes import UNREADABLE, Node

# A pièce's code is one path segment of its files' keys. A store that keeps objects as files allows
# 255 bytes for one; the rest is left for endings that a store adds.
MAX_ENCODED_BYTES = 180


class Fields:
    """The keys of a map. Used as a context manager: on leaving, keys that were not read are
    mistakes."""

    def __init__(self, context: ReadingContext, node: Node, what: str) -> None:
        self.context = context
        self.node = node
        self.what = what
        self._taken: set[str] = set()
        if node.kind not in ("map", UNREADABLE):
            self.refuse(node, f"{what} : des clés sont attendues ici (« code: … »)")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _: TracebackType | None,
    ) -> None:
        if error is not None:
            return
        for name in self.node.entries.keys() - self._taken:
            text = f"clé inconnue « {name} » pour {self.what} : {suggestion(name, self._taken)}"
            self.context.mistakes.append(Mistake(self.node.file, self.node.keys[name], text))

    def refuse(self, node: Node, text: str) -> None:
        self.context.refuse(node, text)

    def at(self, name: str) -> Node:
        """Return the node of a key, to place a mistake; the whole map where the key is absent."""
        return self.node.entries.get(name, self.node)

    def take(self, name: str) -> Node | None:
        """Return the value of a key, None where it is absent or empty. The key counts as known."""
        self._taken.add(name)
        node = self.node.entries.get(name)
        return None if node is None or node.is_null else node

    def required(self, name: str) -> Node | None:
        node = self.take(name)
        if node is None and self.node.kind == "map":
            self.refuse(self.node, f"clé « {name} » manquante pour {self.what} : l'ajouter")
        return node

    def text(self, name: str) -> str:
        """Return a text that must be there; "" with a mistake where it is not."""
        node = self.required(name)
        return self.scalar(node, name) if node else ""

    def optional(self, name: str, refers_to: str = "") -> str | None:
        """Return a text, None where it is absent. `refers_to`: a kind of what another part of the
        exam must define by that name."""
        node = self.take(name)
        value = None if node is None else self.scalar(node, name) or None
        if refers_to:
            self.context.reference(refers_to, value, self.at(name))
        return value

    def integer(self, name: str) -> int | None:
        node = self.take(name)
        return self._integer(node, name) if node else None

    def integers(self, name: str) -> tuple[int, ...]:
        """Return a list of whole numbers, or a single one as a list; () where the key is absent.
        Those that do not read are mistakes and left out."""
        values = (self._integer(item, name) for item in self.items(name))
        return tuple(value for value in values if value is not None)

    def years(self, first: str = "from", last: str = "to") -> tuple[int | None, int | None]:
        """Return the first and last session year, both included; None where one is left open."""
        begin = self.integer(first)
        end = self.integer(last)
        if begin is not None and end is not None and begin > end:
            self.refuse(
                self.node, f"« {first}: {begin} » vient après « {last}: {end} » : les échanger"
            )
        return begin, end

    def flag(self, name: str, default: bool) -> bool:
        value = self.optional_flag(name)
        return default if value is None else value

    def optional_flag(self, name: str) -> bool | None:
        """Return None where the key is absent, and where it does not read."""
        node = self.take(name)
        if node is None:
            return None
        if node.boolean is None:
            self.refuse(node, f"« {name} » : écrire true ou false")
        return node.boolean

    def choice(self, name: str, known: Collection[str]) -> str:
        """Return one of the known texts, which must be there."""
        value = self.text(name)
        self._refuse_unknown(self.at(name), name, value, known)
        return value

    def optional_choice(self, name: str, known: Collection[str]) -> str | None:
        """Return one of the known texts, None where the key is absent."""
        return None if self.take(name) is None else self.choice(name, known)

    def texts(
        self, name: str, known: Collection[str] | None = None, *, refers_to: str = ""
    ) -> tuple[str, ...]:
        """Return a list of texts, or a single one as a list; () where the key is absent.
        `refers_to`: a kind of what another part of the exam must define by each of them."""
        values = []
        for item in self.items(name):
            value = self.scalar(item, name)
            if known is not None:
                self._refuse_unknown(item, name, value, known)
            if refers_to:
                self.context.reference(refers_to, value, item)
            values.append(value)
        return tuple(values)

    def items(self, name: str) -> list[Node]:
        """Return the items of a list; a scalar or a map stands for a list of one."""
        node = self.take(name)
        if node is None:
            return []
        return node.items if node.kind == "list" else [node]

    def entries(self, name: str) -> Iterator[tuple[str, Node]]:
        node = self.take(name)
        if node is not None and node.kind != "map":
            self.refuse(node, f"« {name} » : des clés suivies de valeurs sont attendues")
        elif node is not None:
            yield from node.entries.items()

    def scalar(self, node: Node, name: str) -> str:
        """Return the text of a node, "" with a mistake where it has none.

        Codes such as 03 or NO would be read as numbers or booleans, ~ or null as no value: they
        need quotes."""
        if node.kind != "scalar":
            self.refuse(node, f"« {name} » : un texte est attendu")
            return ""
        if node.is_null and node.text:
            self.refuse(
                node,
                f'« {name} » : ce texte se lit comme une absence de valeur ; écrire "{node.text}"',
            )
        elif node.tag not in ("str", "null"):
            self.refuse(
                node,
                f"« {name} » : ce texte se lit comme un nombre ou un booléen ; écrire"
                f' "{node.text}"',
            )
        if not node.text.strip():
            self.refuse(node, f"« {name} » : texte manquant ; l'écrire")
        return node.text.strip()

    def check_length(self, name: str, what: str, text: str, longest: int = CODE_LENGTH) -> None:
        """Refuse a text that is too long for its column; `what` names it in the message
        (French)."""
        mistake = too_long(what, text, longest)
        if mistake is not None:
            self.refuse(self.at(name), mistake)

    def check_code(self, name: str, what: str, code: str) -> None:
        """Refuse a code that is too long for a column, or for the key of an object."""
        self.check_length(name, what, code)
        size = encoded_bytes(code)
        if len(code) <= CODE_LENGTH and size > MAX_ENCODED_BYTES:
            advice = "le raccourcir, ou l'écrire sans accents ni signes"
            text = (
                f"{what} de {size} octets dans le nom d'un fichier, {MAX_ENCODED_BYTES} au plus : "
                f"{advice}"
            )
            self.refuse(self.at(name), text)

    def _refuse_unknown(self, node: Node, name: str, value: str, known: Collection[str]) -> None:
        if value and value not in known:
            self.refuse(node, f"« {name} » inconnu « {value} » : {suggestion(value, known)}")

    def _integer(self, node: Node, name: str) -> int | None:
        if node.whole_number is None:
            self.refuse(
                node, f"« {name} » : un nombre entier est attendu, sans guillemets ni zéro devant"
            )
        return node.whole_number


def too_long(what: str, text: str, longest: int) -> str | None:
    """Return the message (French) for a text of more than `longest` characters, None for one that
    fits."""
    if len(text) <= longest:
        return None
    return f"{what} de {len(text)} caractères, {longest} au plus : le raccourcir"


def encoded_bytes(code: str) -> int:
    """Count the bytes of a code in an object's key, where it is percent-encoded with its dots (a
    code may be « .. »)."""
    return len(quote(code, safe="").replace(".", "%2E"))
