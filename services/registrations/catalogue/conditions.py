"""Reads conditions from the files, e.g. `{all: [{fact: categorie, in: ["320"]}]}`, into the
domain's conditions."""

from services.registrations.catalogue.fields import Fields
from services.registrations.catalogue.reading_context import ReadingContext
from services.registrations.catalogue.yaml_nodes import Node
from services.registrations.domain.conditions import (
    ALWAYS,
    All,
    AnyOf,
    Condition,
    Expected,
    Not,
    Test,
)
from services.registrations.domain.epreuve_positions import POSITIONS

MAX_LEVELS = 3
OPERATORS = ("is", "in", "at_least", "at_most", "present")
GROUPS = ("all", "any", "not")
SUBJECTS = ("fact", "question", "epreuve")


def read(context: ReadingContext, node: Node | None, question: str = "") -> Condition:
    """The condition of a piece, a form or the question of that name; ALWAYS where it is absent."""
    return ALWAYS if node is None else _Reader(context, question).condition(node, 1)


class _Reader:
    def __init__(self, context: ReadingContext, question: str) -> None:
        self._context = context
        self._question = question

    def condition(self, node: Node, level: int) -> Condition:
        keys = set(node.entries)
        groups = [name for name in GROUPS if name in keys]
        if node.kind != "map" or not keys & {*GROUPS, *SUBJECTS}:
            return self._refuse(
                node, 'condition illisible : écrire {fact: categorie, in: ["320"]}, all, any ou not'
            )
        if not groups:
            return self._test(node)
        if len(keys) > 1:
            return self._refuse(
                node, f"« {groups[0]} » est seul dans sa condition : séparer les autres clés"
            )
        if level > MAX_LEVELS:
            return self._refuse(node, f"condition de plus de {MAX_LEVELS} niveaux : la simplifier")
        return self._group(groups[0], node.entries[groups[0]], level)

    def _group(self, name: str, node: Node, level: int) -> Condition:
        if name == "not":
            return Not(self.condition(node, level + 1))
        if node.kind != "list" or not node.items:
            return self._refuse(
                node, f"« {name} » : une liste de conditions, non vide, est attendue"
            )
        parts = tuple(self.condition(item, level + 1) for item in node.items)
        return All(parts) if name == "all" else AnyOf(parts)

    def _test(self, node: Node) -> Condition:
        with Fields(self._context, node, "une condition") as fields:
            named = [(kind, fields.optional(kind)) for kind in SUBJECTS if kind in node.entries]
            kind, name = named[0]
            if len(named) > 1:
                fields.refuse(
                    node, "un seul de fact, question ou epreuve par test : les mettre dans « all »"
                )
            operator, value = (
                self._position(fields) if kind == "epreuve" else self._comparison(fields)
            )
        test = Test(f"{kind}:{name}", operator, value)
        if operator:
            self._context.tests.append((self._question, test, node))
        return test

    def _comparison(self, fields: Fields) -> tuple[str, Expected]:
        used = [name for name in OPERATORS if name in fields.node.entries]
        for name in OPERATORS:
            fields.take(name)
        if len(used) != 1:
            fields.refuse(
                fields.node,
                f"un test a un opérateur et un seul : choisir parmi {', '.join(OPERATORS)}",
            )
            return "", None
        return used[0], self._value(fields, used[0])

    def _value(self, fields: Fields, operator: str) -> Expected:
        node = fields.node.entries[operator]
        if operator == "present":
            return fields.flag("present", True)
        if operator == "in":
            if node.kind != "list" or not node.items:
                fields.refuse(node, "« in » : une liste de valeurs, non vide, est attendue")
            return tuple(self._scalar(fields, item, operator) for item in node.items)
        return self._scalar(fields, node, operator)

    def _scalar(self, fields: Fields, node: Node, operator: str) -> str | int:
        if node.whole_number is not None:
            return node.whole_number
        if operator in ("at_least", "at_most"):
            fields.refuse(
                node,
                f"« {operator} » compare des nombres : écrire un nombre entier sans guillemets",
            )
            return 0
        return fields.scalar(node, operator)

    def _position(self, fields: Fields) -> tuple[str, Expected]:
        node = fields.required("position")
        if node is None:
            return "", None
        values = fields.texts("position", POSITIONS)
        return ("in", values) if node.kind == "list" else ("is", values[0])

    def _refuse(self, node: Node, text: str) -> Condition:
        self._context.refuse(node, text)
        return ALWAYS
