"""Typed access to the keys of a node. What is missing, ill-typed or unknown becomes a mistake; reading goes on."""

from collections.abc import Collection, Iterator
from types import TracebackType
from typing import Self, TypeVar

from services.registrations.catalogue.mistakes import Mistake, suggestion
from services.registrations.catalogue.yaml_nodes import UNREADABLE, Node

_BOOLEANS = {"true": True, "false": False}
Default = TypeVar("Default", bool, None)


class Fields:
    """The keys of a map. Used as a context manager: on leaving, keys that were not read are mistakes."""

    def __init__(self, node: Node, mistakes: list[Mistake], what: str) -> None:
        self.node, self.what, self._mistakes = node, what, mistakes
        self._taken: set[str] = set()
        if node.kind not in ("map", UNREADABLE):
            self.refuse(node, f"{what} : des clés sont attendues ici (« code: … »)")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is not None:
            return
        for name in self.node.entries.keys() - self._taken:
            mend = suggestion(name, self._taken)
            self._mistakes.append(
                Mistake(self.node.file, self.node.keys[name], f"clé inconnue « {name} » pour {self.what} : {mend}")
            )

    def refuse(self, node: Node, text: str) -> None:
        self._mistakes.append(Mistake(node.file, node.line, text))

    def take(self, name: str) -> Node | None:
        """The value of a key, None where absent or empty."""
        self._taken.add(name)
        node = self.node.entries.get(name)
        return None if node is None or node.is_null else node

    def required(self, name: str) -> Node | None:
        node = self.take(name)
        if node is None and self.node.kind == "map":
            self.refuse(self.node, f"clé « {name} » manquante pour {self.what} : l'ajouter")
        return node

    def text(self, name: str) -> str:
        """A text that must be there; "" where it is not."""
        node = self.required(name)
        return self.scalar(node, name) if node else ""

    def optional(self, name: str) -> str | None:
        node = self.take(name)
        return self.scalar(node, name) or None if node else None

    def integer(self, name: str) -> int | None:
        node = self.take(name)
        return self._integer(node, name) if node else None

    def integers(self, name: str) -> tuple[int, ...]:
        """A list of whole numbers, or a single one; () where absent. Those that do not read are left out."""
        values = (self._integer(item, name) for item in self.items(name))
        return tuple(value for value in values if value is not None)

    def flag(self, name: str, default: Default) -> bool | Default:
        node = self.take(name)
        if node is None:
            return default
        if node.tag != "bool" or node.text.lower() not in _BOOLEANS:
            self.refuse(node, f"« {name} » : écrire true ou false")
            return default
        return _BOOLEANS[node.text.lower()]

    def choice(self, name: str, known: Collection[str], default: str | None = None) -> str:
        if default is not None and self.take(name) is None:
            return default
        node, value = self.node.entries.get(name), self.text(name)
        if node and value and value not in known:
            self.refuse(node, f"« {name} » inconnu « {value} » : {suggestion(value, known)}")
        return value

    def texts(self, name: str, known: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of texts, or a single one; () where absent."""
        values = []
        for item in self.items(name):
            value = self.scalar(item, name)
            if known is not None and value and value not in known:
                self.refuse(item, f"« {name} » inconnu « {value} » : {suggestion(value, known)}")
            values.append(value)
        return tuple(values)

    def items(self, name: str) -> list[Node]:
        """The items of a list; a scalar or a map stands for a list of one."""
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
        """A text. Codes such as 03 or NO would be read as numbers or booleans: they need quotes."""
        if node.kind != "scalar":
            self.refuse(node, f"« {name} » : un texte est attendu")
            return ""
        if node.tag not in ("str", "null"):
            self.refuse(node, f'« {name} » : ce texte se lit comme un nombre ou un booléen ; écrire "{node.text}"')
        if not node.text.strip():
            self.refuse(node, f"« {name} » : texte manquant ; l'écrire")
        return node.text.strip()

    def _integer(self, node: Node, name: str) -> int | None:
        if node.kind != "scalar" or not node.text.lstrip("-").isdecimal() or node.tag != "int":
            self.refuse(node, f"« {name} » : un nombre entier est attendu, sans guillemets ni zéro devant")
            return None
        return int(node.text)
