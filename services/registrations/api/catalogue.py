"""For administrators, in a browser's session: the catalogue in force, another one compared with it, and loaded."""

from __future__ import annotations

from typing import Any

from services.chassis.clock import portal_now
from services.chassis.database.audit import Actor
from services.chassis.web import access
from services.chassis.web.operations import Views
from services.contracts.api import administration as api
from services.registrations.models import db
from services.registrations.operations.catalogue_upload import compare_archive, load_archive
from services.registrations.queries.catalogue import exams_in_force

views = Views("catalogue", __name__)


@views.serves(api.list_exams)
def list_exams() -> api.ExamsInForce:
    with db.reading_for_staff() as session:
        return exams_in_force(session)


@views.serves(api.compare_catalogue)
def compare_catalogue(body: dict[str, Any]) -> api.CatalogueComparison:
    return compare_archive(body["archive"], portal_now())


@views.serves(api.load_catalogue)
def load_catalogue(body: dict[str, Any]) -> None:
    load_archive(body["archive"], body["etag"], actor=Actor("staff", access.caller().id), at=portal_now())
