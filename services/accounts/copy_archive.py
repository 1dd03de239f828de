"""The texts of the archive of a copy of one's data: « index.html » to be read, « donnees.json » for programs."""

from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from services.chassis import brand
from services.chassis.french import short_instant
from services.contracts.api.personal_data import PersonalData
from services.contracts.retention import retention

_TEMPLATES = Environment(loader=PackageLoader("services.accounts"), autoescape=True, undefined=StrictUndefined)
_TEMPLATES.filters["instant"] = short_instant
LOST = "Ce fichier n'est plus dans l'espace de stockage du portail : l'exploitant en est averti.\n"


def write_texts(archive: ZipFile, data: PersonalData) -> None:
    rules, held = retention(), [group for group in data.held if group.items]
    kinds = [kind for kind in rules.kinds if any(group.kind == kind.code for group in held)]
    page = _TEMPLATES.get_template("copie.html").render(
        brand=brand.NAME, made_at=data.made_at, rules=rules, kinds=kinds, held=held
    )
    archive.writestr("index.html", page, ZIP_DEFLATED)
    schema = msgspec.json.encode(msgspec.json.schema(PersonalData))
    for name, text in {"donnees.json": msgspec.json.encode(data), "schema.json": schema}.items():
        archive.writestr(name, msgspec.json.format(text), ZIP_DEFLATED)
