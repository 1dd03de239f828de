"""Whom candidates may contact in each académie: `academies.yaml` beside the exams, else the public reference."""

from __future__ import annotations

from pathlib import Path

from services.reference import academies, telephones
from services.registrations.catalogue.instants import EPOCH
from services.registrations.catalogue.mistakes import Mistake
from services.registrations.catalogue.reading_context import Building
from services.registrations.catalogue.yaml_nodes import Node, Reader
from services.registrations.domain.exam_definition import ContactText

FILE = "academies.yaml"


def contacts(root: Path, mistakes: list[Mistake]) -> dict[str, ContactText]:
    """By académie's code; a service (the SIEC) stands in for the académies it serves."""
    found = {one.code: _public(one.code) for one in academies.all()}
    path = root / FILE
    if not path.is_file():
        return found
    building = Building(now=EPOCH, contacts=found, mistakes=mistakes)
    with building.fields(Reader(path, mistakes).read(), FILE) as fields:
        for node in building.listed(fields.take("academies"), "academies"):
            _academie(building, node, found)
        for node in building.listed(fields.take("services"), "services"):
            _service(building, node, found)
    return found


def contact(building: Building, node: Node | None) -> ContactText | None:
    if node is None:
        return None
    with building.fields(node, "un contact") as fields:
        fields.required("lines")
        return ContactText(
            title=fields.text("title"),
            lines=fields.texts("lines"),
            telephone=fields.optional("telephone"),
            email=fields.optional("email"),
        )


def _academie(building: Building, node: Node, found: dict[str, ContactText]) -> None:
    with building.fields(node, "une académie") as fields:
        code, own = fields.text("code"), contact(building, fields.required("contact"))
    building.place(node, "l'académie", "academie", code)
    if code and code not in found:
        building.refuse(node, f"académie inconnue « {code} » : écrire son code à deux chiffres, entre guillemets")
    elif own:
        found[code] = own


def _service(building: Building, node: Node, found: dict[str, ContactText]) -> None:
    with building.fields(node, "un service") as fields:
        codes, own = fields.texts("academies", tuple(found)), contact(building, fields.required("contact"))
    if own:
        found.update({code: own for code in codes if code in found})


def _public(code: str) -> ContactText:
    service = academies.exam_service(code)
    if service is None:
        return ContactText("", ())
    lines = (service.street, f"{service.postal_code} {service.town}")
    return ContactText(service.name, lines, telephones.displayed(service.telephone), service.mail or None)
