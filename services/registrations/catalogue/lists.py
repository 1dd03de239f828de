"""Reads named lists (diplômes, langues, situations …) and the candidate categories."""

import itertools

from services.registrations.catalogue.fields import Fields
from services.registrations.catalogue.reading_context import ReadingContext
from services.registrations.catalogue.yaml_nodes import Node
from services.registrations.domain.epreuve_positions import FORMES
from services.registrations.domain.exam_definition import (
    DISPENSE_TAG,
    DISPENSE_WITH_LAW_UNIT_TAG,
    Category,
    Item,
    YearsBySessions,
)

REGIMES = ("R1", "R2", "R3")  # D643-19: partly CCF, wholly CCF, ponctuel


def named_lists(context: ReadingContext, node: Node | None) -> dict[str, tuple[Item, ...]]:
    lists = {}
    for name, items in context.entries_of(node, "lists"):
        context.define(items, "la liste", "list", name)
        lists[name] = list_items(context, items, f"la liste « {name} »", name)
    return lists


def list_items(context: ReadingContext, node: Node, what: str, *owner: str) -> tuple[Item, ...]:
    if node.kind == "list" and not node.items:
        context.refuse(node, f"{what} est vide : y écrire au moins une valeur {{key: …, label: …}}")
    return tuple(_item(context, item, owner) for item in context.items_of(node, what))


def categories(context: ReadingContext, node: Node | None) -> tuple[Category, ...]:
    return tuple(_category(context, item) for item in context.items_of(node, "categories"))


def _item(context: ReadingContext, node: Node, owner: tuple[str, ...]) -> Item:
    with Fields(context, node, "une valeur de liste") as fields:
        item = Item(
            key=fields.text("key"),
            label=fields.text("label"),
            official=fields.optional("official"),
            precision=fields.optional("precision"),
            tags=fields.texts("tags"),
        )
        fields.check_length("key", "clé de la valeur", item.key)
    context.define(node, "la valeur", "item", *owner, item.key)
    for tag in item.tags:
        for prefix in (DISPENSE_TAG, DISPENSE_WITH_LAW_UNIT_TAG):
            if tag.startswith(prefix):
                context.reference("epreuve", tag.removeprefix(prefix), node)
    return item


def _category(context: ReadingContext, node: Node) -> Category:
    with Fields(context, node, "une catégorie") as fields:
        category = Category(
            code=fields.text("code"),
            label=fields.text("label"),
            public=fields.flag("public", True),
            formes=fields.texts("formes", FORMES),
            regime=fields.choice("regime", REGIMES),
            regime_if_habilite=fields.optional_choice("regime_if_habilite", REGIMES),
            etablissements=fields.texts("etablissements"),
            experience=_experience(context, fields),
            help=fields.optional("help"),
        )
    context.define(node, "la catégorie", "category", category.code)
    if not category.formes:
        context.refuse(
            node, f"catégorie {category.code} sans forme de passage : écrire formes: [globale]"
        )
    return category


def _experience(context: ReadingContext, fields: Fields) -> tuple[YearsBySessions, ...]:
    spans = []
    for node in fields.items("experience"):
        with Fields(context, node, "une durée d'expérience") as span:
            first, last = span.years()
            span.required("years")
            spans.append((node, YearsBySessions(first, last, span.integer("years") or 0)))
    no_overlap(
        context, [(node, span.first, span.last) for node, span in spans], "durées d'expérience"
    )
    return tuple(span for _, span in spans)


def no_overlap(
    context: ReadingContext, spans: list[tuple[Node, int | None, int | None]], what: str
) -> None:
    """Refuse ranges of session years, both ends included, that share a year."""
    by_start = sorted(spans, key=lambda span: span[1] or 0)
    for (_, _, before_last), (node, first, _) in itertools.pairwise(by_start):
        if before_last is None or first is None or first <= before_last:
            end = "sans fin" if before_last is None else f"jusqu'à {before_last}"
            context.refuse(
                node, f"{what} qui se chevauchent : la précédente court {end} ; corriger from ou to"
            )
