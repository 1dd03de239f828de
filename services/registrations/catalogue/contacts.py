"""The contact of each académie: from `academies.yaml` beside the exams, else from the reference
data."""

from pathlib import Path

from services.contracts.registrations import Contact
from services.reference import academies, telephones
from services.registrations.catalogue.fields import Fields
from services.registrations.catalogue.instants import EPOCH
from services.registrations.catalogue.mistakes import Mistake
from services.registrations.catalogue.reading_context import ReadingContext
from services.registrations.catalogue.yaml_nodes import Node, YamlReader

FILE = "academies.yaml"
UNKNOWN_ACADEMIE = "académie inconnue « {} » : écrire son code à deux chiffres, entre guillemets"


def contacts(root: Path, mistakes: list[Mistake]) -> dict[str, Contact]:
    """Return the contact of each académie, by its code. A service (the SIEC) is the contact of all
    académies that it serves."""
    by_code = {academie.code: _public(academie.code) for academie in academies.all()}
    path = root / FILE
    if not path.is_file():
        return by_code
    context = ReadingContext(now=EPOCH, contacts=by_code, mistakes=mistakes)
    with Fields(context, YamlReader(path, mistakes).read(), FILE) as fields:
        for node in context.items_of(fields.take("academies"), "academies"):
            _academie(context, node, by_code)
        for node in context.items_of(fields.take("services"), "services"):
            _service(context, node, by_code)
    return by_code


def contact(context: ReadingContext, node: Node | None) -> Contact | None:
    if node is None:
        return None
    with Fields(context, node, "un contact") as fields:
        fields.required("lines")
        return Contact(
            title=fields.text("title"),
            lines=fields.texts("lines"),
            telephone=fields.optional("telephone"),
            email=fields.optional("email"),
        )


def _academie(context: ReadingContext, node: Node, by_code: dict[str, Contact]) -> None:
    with Fields(context, node, "une académie") as fields:
        code = fields.text("code")
        contact_text = contact(context, fields.required("contact"))
    context.define(node, "l'académie", "academie", code)
    if code and code not in by_code:
        context.refuse(node, UNKNOWN_ACADEMIE.format(code))
    elif contact_text:
        by_code[code] = contact_text


def _service(context: ReadingContext, node: Node, by_code: dict[str, Contact]) -> None:
    with Fields(context, node, "un service") as fields:
        codes = fields.texts("academies", tuple(by_code))
        contact_text = contact(context, fields.required("contact"))
    if contact_text:
        by_code.update({code: contact_text for code in codes if code in by_code})


def _public(code: str) -> Contact:
    service = academies.exam_service(code)
    if service is None:
        return Contact("", (), None, None)
    lines = (service.street, f"{service.postal_code} {service.town}")
    return Contact(
        service.name, lines, telephones.displayed(service.telephone), service.mail or None
    )
