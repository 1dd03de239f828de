"""Reads the tabs of an exam, in their order, and the exam's own questions."""

from typing import Any

from services.registrations.catalogue import conditions
from services.registrations.catalogue.fields import Fields
from services.registrations.catalogue.lists import list_items
from services.registrations.catalogue.mistakes import suggestion
from services.registrations.catalogue.reading_context import ReadingContext
from services.registrations.catalogue.yaml_nodes import Node
from services.registrations.domain.acquis import Box
from services.registrations.domain.conditions import ALWAYS, Condition
from services.registrations.domain.exam_definition import Item, Question, Tab
from services.registrations.domain.forms import FORMATS
from services.registrations.domain.tabs import KINDS
from services.registrations.domain.tabs.candidature import PARTS
from services.registrations.domain.tabs.questions import TYPES
from services.registrations.domain.tabs.tab_kind import PLACE, PLACES

KINDS_WITH_OWN_NAME = (
    "questions",
    "notice",
)  # kinds of which an exam may have several, each with a name
KINDS_WITHOUT_QUESTIONS = ("recap", "number")
BOXES = tuple(box.value for box in Box)
TYPES_WITH_OPTIONS = ("choice", "search")


def tabs(context: ReadingContext, node: Node | None) -> tuple[Tab, ...]:
    items = list(context.items_of(node, "tabs"))
    tab_list = tuple(_tab(context, item) for item in items)
    if node is not None and node.kind == "list":
        _check_order(context, node, tab_list)
    return tab_list


def _tab(context: ReadingContext, node: Node) -> Tab:
    with Fields(context, node, "un onglet") as fields:
        kind = fields.choice("kind", KINDS)
        own = kind in KINDS_WITH_OWN_NAME
        name = fields.text("name") if own else fields.optional("name") or kind
        tab = Tab(
            kind=kind,
            title=fields.text("title"),
            name=name,
            questions=tuple(
                _question(context, item)
                for item in context.items_of(fields.take("questions"), "questions")
            ),
            text=fields.texts("text"),
            options=_options(context, fields, kind),
        )
    context.define(node, "l'onglet", "tab", name)
    for place in PLACE.findall(" ".join(tab.text)):
        if place not in PLACES:
            mend = suggestion(place, PLACES)
            context.refuse(
                node.entries["text"],
                f"rien ne remplit « {{{place}}} » dans le texte d'un onglet : {mend}",
            )
    if kind == "notice" and not tab.text:
        context.refuse(node, f"texte manquant pour l'onglet « {tab.title} » : écrire text")
    if kind == "questions" and not tab.questions:
        context.refuse(node, f"aucune question dans l'onglet « {tab.title} » : écrire questions")
    if kind in KINDS_WITHOUT_QUESTIONS and tab.questions:
        context.refuse(
            node, f"l'onglet « {tab.title} » ne pose pas de question : les mettre plus haut"
        )
    return tab


def _check_order(context: ReadingContext, node: Node, tab_list: tuple[Tab, ...]) -> None:
    kinds = [tab.kind for tab in tab_list if tab.kind]
    if kinds and kinds[-1] != "number":
        context.refuse(node, "le dernier onglet est celui du numéro : finir par kind: number")
    for kind in ("identification", "recap", "number"):
        if kind not in kinds:
            context.refuse(node, f"onglet « {kind} » manquant : l'ajouter à la liste")


def _options(context: ReadingContext, fields: Fields, kind: str) -> dict[str, Any]:
    """The parameters that this kind of tab has."""
    node = fields.take("options")
    if node is None:
        return {}
    read: dict[str, Any] = {}
    with Fields(context, node, f"les options d'un onglet {kind}") as options:
        if omitted := {"candidature": PARTS, "qualification": ("forme",)}.get(kind):
            read = {"omit": options.texts("omit", omitted)}
        elif kind == "acquis":
            read = {"boxes": options.texts("boxes", BOXES), "notice": options.optional("notice")}
            read["labels"] = {
                box: options.scalar(label, box) for box, label in options.entries("labels")
            }
            for box, label in options.entries("labels"):
                if box not in BOXES:
                    options.refuse(label, f"case inconnue « {box} » : {suggestion(box, BOXES)}")
    return {name: value for name, value in read.items() if value}


def _question(context: ReadingContext, node: Node) -> Question:
    with Fields(context, node, "une question") as fields:
        name = fields.text("name")
        fields.check_length("name", "nom de la question", name)
        context.define(node, "la question", "question", name)
        question = Question(
            name=name,
            label=fields.text("label"),
            type=fields.choice("type", TYPES),
            hint=fields.optional("hint"),
            options=_own_options(context, fields, name),
            list=fields.optional("list", "list"),
            required=_required(context, fields, name),
            shown=conditions.read(context, fields.take("shown"), name),
            format=fields.optional_choice("format", FORMATS),
            text=fields.optional("text"),
        )
    _check_question(context, node, question)
    return question


def _own_options(context: ReadingContext, fields: Fields, name: str) -> tuple[Item, ...]:
    node = fields.take("options")
    if node is None:
        return ()
    return list_items(context, node, f"options de « {name} » : la liste", "question", name)


def _required(context: ReadingContext, fields: Fields, name: str) -> Condition | None:
    node = fields.take("required")
    if node is None:
        return None
    if node.kind == "map":
        return conditions.read(context, node, name)
    return ALWAYS if fields.flag("required", False) else None


def _check_question(context: ReadingContext, node: Node, question: Question) -> None:
    has_choice = bool(question.options or question.list or "options" in node.entries)
    if question.type in TYPES_WITH_OPTIONS and not has_choice:
        context.refuse(node, f"question « {question.name} » sans choix : écrire options ou list")
    if question.type not in TYPES_WITH_OPTIONS and question.type in TYPES and has_choice:
        context.refuse(
            node, f"une question de type {question.type} n'a pas de choix : retirer options ou list"
        )
    if question.options and question.list:
        context.refuse(node, f"question « {question.name} » : options ou list, pas les deux")
    if question.type == "notice" and not question.text:
        context.refuse(node, f"texte manquant pour la notice « {question.name} » : écrire text")
