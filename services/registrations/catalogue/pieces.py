"""Reads pièces, forms, named texts, types of documents and the rules that an exam uses."""

import re

from services.contracts.document_rules import CODE_FORM, LONGEST_CODE, DocumentType
from services.contracts.piece_rules import FORMATS
from services.contracts.registration_rules import LABEL_LENGTH
from services.reference.text import folded
from services.registrations.catalogue import conditions
from services.registrations.catalogue.fields import Fields
from services.registrations.catalogue.lists import no_overlap
from services.registrations.catalogue.mistakes import suggestion
from services.registrations.catalogue.reading_context import ReadingContext
from services.registrations.catalogue.refusal_reasons import refusal_reasons
from services.registrations.catalogue.yaml_nodes import Node
from services.registrations.domain.exam_definition import (
    FormText,
    PieceRule,
    RuleParameter,
    RuleUse,
)
from services.registrations.domain.rules import RULES, problems

TEXTS = ("demande", "handicap_advice", "residence_notice", "forms_notice", "categories_notice")
_RULE_KEYS = ("name", "from", "to")


def pieces(context: ReadingContext, node: Node | None) -> tuple[PieceRule, ...]:
    return tuple(_piece(context, item) for item in context.items_of(node, "pieces"))


def _piece(context: ReadingContext, node: Node) -> PieceRule:
    with Fields(context, node, "une pièce") as fields:
        code = fields.text("code")
        group = fields.text("regroupement")
        piece = PieceRule(
            code=code,
            label=fields.text("label"),
            group_code="_".join(folded(group).upper().split()),
            group_label=group,
            required=fields.flag("required", True),
            formats=fields.texts("formats", FORMATS) or FORMATS,
            form=fields.optional("form", "form"),
            when=conditions.read(context, fields.take("when")),
            refusal_reasons=refusal_reasons(fields),
            proves_version=fields.flag("proves_version", False),
            compared_with=fields.texts("compared_with", refers_to="recap"),
        )
        fields.check_code("code", "code de la pièce", code)
        fields.check_code("regroupement", "regroupement", piece.group_code)
    if "formats" in node.entries and not node.entries["formats"].items:
        context.refuse(
            node.entries["formats"], f"pièce {code} : la liste des formats est vide ; y écrire pdf"
        )
    context.define(node, "la pièce", "piece", code)
    return piece


def forms(context: ReadingContext, node: Node | None) -> tuple[FormText, ...]:
    return tuple(_form(context, item) for item in context.items_of(node, "forms"))


def _form(context: ReadingContext, node: Node) -> FormText:
    with Fields(context, node, "un formulaire") as fields:
        code = fields.text("code")
        fields.required("paragraphs")
        form = FormText(
            code=code,
            title=fields.text("title"),
            paragraphs=fields.texts("paragraphs"),
            blanks=fields.texts("blanks"),
            in_menu=fields.flag("in_menu", False),
            when=conditions.read(context, fields.take("when")),
        )
        fields.check_code("code", "code du formulaire", code)
    context.define(node, "le formulaire", "form", code)
    return form


def texts(context: ReadingContext, node: Node | None) -> dict[str, tuple[str, ...]]:
    texts_by_name: dict[str, tuple[str, ...]] = {}
    if node is None:
        return texts_by_name
    with Fields(context, node, "texts") as fields:
        for name in TEXTS:
            if value := fields.texts(name):
                texts_by_name[name] = value
            elif name in node.entries:
                context.refuse(
                    node.entries[name], f"texte manquant « {name} » : l'écrire ou retirer la clé"
                )
    return texts_by_name


def document_types(context: ReadingContext, node: Node | None) -> dict[str, str]:
    if node is None:
        return {}
    with Fields(context, node, "document_types") as fields:
        labels = {code: fields.text(code) for code in node.entries}
    for code, label in labels.items():
        fields.check_length(code, f"libellé du document « {code} »", label, LABEL_LENGTH)
        if not re.fullmatch(CODE_FORM, code):
            mend = f"n'écrire que des lettres minuscules et « _ », {LONGEST_CODE} au plus"
            context.refuse(node.entries[code], f"code de document « {code} » : {mend}")
        if code in set(DocumentType):
            context.refuse(
                node.entries[code], f"document « {code} » : tout examen l'a déjà ; le retirer"
            )
    return labels


def rules(context: ReadingContext, node: Node | None) -> tuple[RuleUse, ...]:
    items = list(context.items_of(node, "rules"))
    uses = [_rule(context, item) for item in items]
    for name in dict.fromkeys(use.name for use in uses):
        spans = [
            (item, use.first, use.last)
            for item, use in zip(items, uses, strict=True)
            if use.name == name
        ]
        no_overlap(context, spans, f"règles {name}")
    return tuple(uses)


def _rule(context: ReadingContext, node: Node) -> RuleUse:
    with Fields(context, node, "une règle") as fields:
        name = fields.text("name")
        first, last = fields.years()
        names = [key for key in node.entries if key not in _RULE_KEYS]
        for key in names:
            fields.take(key)  # parameters: what they may be is the rule's own matter
        parameters = {key: _parameter(fields, node.entries[key], key) for key in names}
        use = RuleUse(name, parameters, first, last)
    if name and name not in RULES:
        context.refuse(node, f"règle inconnue « {name} » : {suggestion(name, RULES)}")
    for problem in problems(use) if name in RULES else ():
        known = ", ".join(RULES[name].parameters) or "aucun"
        context.refuse(node, f"{problem} ; paramètres de {name} : {known}")
    return use


def _parameter(fields: Fields, node: Node, name: str) -> RuleParameter:
    if node.kind == "list":
        return tuple(_parameter_value(fields, item, name) for item in node.items)
    return _parameter_value(fields, node, name)


def _parameter_value(fields: Fields, node: Node, name: str) -> str | int | None:
    """Return a whole number, a boolean or a text as it is written; None where there is none.

    What YAML reads as something else (02, 0x10, 1_000, 2.5, yes, a date) is a mistake rather than
    the text of its signs: a rule that takes a text would take that one."""
    if node.kind != "scalar":
        return None
    if node.whole_number is not None:
        return node.whole_number
    if node.boolean is not None:
        return node.boolean
    if node.tag != "str":
        fields.refuse(
            node,
            f"« {name} » : « {node.text} » ne se lit pas tel quel ; écrire un nombre entier sans "
            f'zéro devant, ou le texte "{node.text}"',
        )
    return node.text
