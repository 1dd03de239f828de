"""What the readers of sections share while one exam is read: mistakes, conditions, references,
definitions by name."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeGuard

from services.contracts.registrations import Contact
from services.registrations.catalogue.mistakes import Mistake
from services.registrations.catalogue.yaml_nodes import UNREADABLE, Node
from services.registrations.domain.conditions import Test


@dataclass
class ReadingContext:
    """`tests` are those of conditions, each with the question that has the condition (empty: a
    piece or a form has it); `references`: kind ("list", "form", "piece" …) and name of what another
    part of the exam must define."""

    now: datetime
    contacts: dict[str, Contact]  # by académie
    mistakes: list[Mistake] = field(default_factory=list)
    tests: list[tuple[str, Test, Node]] = field(default_factory=list)
    references: list[tuple[str, str, Node]] = field(default_factory=list)
    definitions: dict[tuple[str, ...], Node] = field(default_factory=dict)

    def refuse(self, node: Node, text: str) -> None:
        self.mistakes.append(Mistake(node.file, node.line, text))

    def reference(self, kind: str, name: str | None, node: Node) -> None:
        if name:
            self.references.append((kind, name, node))

    def define(self, node: Node, what: str, *key: str) -> None:
        """Record the node that defines something; the same key twice is a mistake. `what`: French,
        for the message."""
        first = self.definitions.setdefault(key, node)
        if first is not node and key[-1]:
            where = f"{first.file}:{first.line}"
            self.refuse(
                node, f"doublon de {what} « {key[-1]} », déjà écrit en {where} : n'en garder qu'un"
            )

    def items_of(self, node: Node | None, what: str) -> Iterator[Node]:
        """The items of a section that is a list."""
        if self._is_written(node, "list", f"{what} : une liste est attendue (« - … »)"):
            yield from node.items

    def entries_of(self, node: Node | None, what: str) -> Iterator[tuple[str, Node]]:
        """The entries of a section that is a map."""
        if self._is_written(
            node, "map", f"{what} : des noms suivis de valeurs sont attendus (« nom: … »)"
        ):
            yield from node.entries.items()

    def _is_written(self, node: Node | None, kind: str, otherwise: str) -> TypeGuard[Node]:
        """Whether the section is there and of that kind; of another kind it is refused."""
        if node is None or node.is_null or node.kind == UNREADABLE:
            return False
        if node.kind != kind:
            self.refuse(node, otherwise)
        return node.kind == kind
