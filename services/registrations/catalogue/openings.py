"""Reads the openings of a session, one per académie or country; `academies: all` means those not
named separately."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from services.contracts.registrations import Contact
from services.contracts.session_options import VALIDATION_MODES
from services.reference import academies
from services.registrations.catalogue import instants
from services.registrations.catalogue.contacts import UNKNOWN_ACADEMIE, contact
from services.registrations.catalogue.fields import Fields
from services.registrations.catalogue.instants import EPOCH, InstantReader
from services.registrations.catalogue.reading_context import ReadingContext
from services.registrations.catalogue.yaml_nodes import Node
from services.registrations.domain.exam_definition import Opening

ALL = "all"  # in the files: every académie, spécialité or pièce


@dataclass(frozen=True)
class SessionDefaults:
    """Values of a session that its openings take where they write none themselves."""

    zone: ZoneInfo
    demonstration: bool
    residence_notice: str | None


def openings(fields: Fields, defaults: SessionDefaults) -> tuple[Opening, ...]:
    context = fields.context
    nodes = list(context.items_of(fields.required("openings"), "openings"))
    if "openings" in fields.node.entries and not nodes:
        fields.refuse(
            fields.at("openings"), "aucune ouverture : écrire « - academie: … » avec ses dates"
        )
    named_apart = {node.entries["academie"].text for node in nodes if "academie" in node.entries}
    by_academie: dict[str, tuple[Node, Opening]] = {}
    for node in nodes:
        for opening in _openings(context, node, defaults, named_apart):
            first, before = by_academie.setdefault(opening.academie, (node, opening))
            if first is not node and opening.academie:
                overlap = before.opens < opening.closes and opening.opens < before.closes
                kind = "fenêtres qui se chevauchent" if overlap else "doublon d'ouverture"
                place = (
                    f"{opening.label or opening.academie}, déjà écrite en {first.file}:{first.line}"
                )
                context.refuse(node, f"{kind} pour {place} : n'en garder qu'une")
    return tuple(opening for _, opening in by_academie.values())


def _openings(
    context: ReadingContext, node: Node, defaults: SessionDefaults, named_apart: set[str]
) -> list[Opening]:
    with Fields(context, node, "une ouverture") as fields:
        own_contact = contact(context, fields.take("contact"))
        template = _without_place(fields, defaults, own_contact)
        country = fields.optional("country")
        codes = _codes(fields, named_apart, country is not None)
        for item in (*fields.items("academie"), *fields.items("academies")):
            if item.text != ALL and academies.by_code(item.text) is None:
                fields.refuse(item, UNKNOWN_ACADEMIE.format(item.text))
        if country is not None:
            return [_abroad(fields, template, country, own_contact)]
    return [_in_academie(context, template, code, own_contact) for code in codes]


def _without_place(fields: Fields, defaults: SessionDefaults, own: Contact | None) -> Opening:
    zone = instants.zone(fields, defaults.zone)
    reader = InstantReader(fields.context, zone, defaults.demonstration)
    deposit = fields.required("deposit")
    opens, closes = _window(fields, reader, "inscriptions")
    starts = EPOCH
    ends = EPOCH
    if deposit is not None:
        with Fields(fields.context, deposit, "le dépôt") as inner:
            starts, ends = _window(inner, reader, "dépôt")
    if EPOCH not in (opens, ends) and ends <= opens:
        fields.refuse(
            fields.node, "le dépôt finit avant l'ouverture des inscriptions : corriger les dates"
        )
    notice = fields.optional("residence_notice") or defaults.residence_notice
    if notice is None:
        fields.refuse(fields.node, "texte manquant residence_notice : l'écrire ici ou dans texts")
    return Opening(
        academie="",
        label="",
        code_choice=fields.text("code_choice"),
        code_pdf=fields.text("code_pdf"),
        opens=opens,
        closes=closes,
        deposit_opens=starts,
        deposit_closes=ends,
        contact=own or Contact("", (), None, None),
        residence_notice=notice or "",
        refusal_mails=fields.optional_flag("mail_non_conforme"),
        validation=fields.optional_choice("validation", VALIDATION_MODES),
    )


def _window(fields: Fields, reader: InstantReader, what: str) -> tuple[datetime, datetime]:
    opens = _instant(fields, reader, "opens")
    closes = _instant(fields, reader, "closes")
    if EPOCH not in (opens, closes) and closes <= opens:
        fields.refuse(
            fields.at("closes"), f"dates dans le désordre ({what}) : closes doit suivre opens"
        )
    return opens, closes


def _instant(fields: Fields, reader: InstantReader, name: str) -> datetime:
    node = fields.required(name)
    return EPOCH if node is None else reader.read(node)


def _codes(fields: Fields, named_apart: set[str], abroad: bool) -> tuple[str, ...]:
    single = fields.optional("academie")
    several = fields.texts("academies")
    if abroad or single or several:
        if sum((abroad, bool(single), bool(several))) > 1:
            fields.refuse(
                fields.node,
                "une ouverture a « academie », « academies » ou « country », un seul des trois",
            )
    else:
        fields.refuse(
            fields.node, 'ouverture sans lieu : écrire « academie: "03" » ou « academies: all »'
        )
    if several == (ALL,):
        return tuple(
            academie.code for academie in academies.all() if academie.code not in named_apart
        )
    return (single,) if single else several


def _in_academie(
    context: ReadingContext, template: Opening, code: str, own: Contact | None
) -> Opening:
    academie = academies.by_code(code)
    label = academie.label if academie else ""
    return replace(
        template,
        academie=code,
        label=label,
        contact=own or context.contacts.get(code, template.contact),
    )


def _abroad(fields: Fields, template: Opening, code: str, own: Contact | None) -> Opening:
    """Complete the opening of a country. Its two-digit code is one of the catalogue that no
    académie has, as it becomes part of the N° candidat."""
    if len(code) != 2 or not code.isdecimal() or academies.by_code(code):
        text = f"code de pays « {code} » : écrire deux chiffres qui ne sont ceux d'aucune académie"
        fields.refuse(fields.at("country"), text)
    if own is None:
        fields.refuse(
            fields.node, "un pays n'a pas de rectorat : écrire contact {title, lines, email}"
        )
    return replace(template, academie=code, label=fields.text("label"))
