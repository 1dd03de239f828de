"""The audit trail of a service, for administrators and their tools: who did what to what, before
and after."""

from typing import Annotated

from marshmallow import fields, validate
from msgspec import Meta

from services.contracts.api.given import given
from services.contracts.api.operation import Answered, Callers, Instant, JSONObject, staff
from services.contracts.api.staff_lists import (
    CHECKBOX,
    SELECT,
    Column,
    Filter,
    ListPage,
    PageField,
    StaffList,
    day_filter,
    yes_or_no,
)
from services.contracts.audit_labels import ACTION_LABELS, ACTOR_LABELS, readable_changes
from services.contracts.page_sizes import LARGEST_AUDIT_PAGE, USUAL_AUDIT_PAGE

TITLE = "Journal"
LONGEST_ID = 64  # characters, as the columns hold
_LARGEST_ENTRY_ID = 2**31 - 1


def _id(name: str, page: PageField, description: str = "") -> Filter:
    words = {"description": description} if description else None
    return Filter(
        name, fields.String(validate=validate.Length(max=LONGEST_ID), metadata=words), page
    )


ENTRIES = StaffList(
    "Audit",
    cursor=None,
    filters=(
        _id(
            "actor",
            PageField("qui", "Gestionnaire", SELECT, placeholder="Tous", longest=LONGEST_ID),
        ),
        _id("action", PageField("acte", "Acte", SELECT, placeholder="Tous", longest=LONGEST_ID)),
        _id(
            "subject",
            PageField(
                "objet",
                "Objet",
                hint="Son identifiant, copié de l'adresse de sa page",
                longest=LONGEST_ID,
            ),
            "Identifiant : d'une candidature, d'une pièce, d'un compte …",
        ),
        _id(
            "numero_candidat",
            PageField(
                "numero", "N° candidat", hint="Onze chiffres", keyboard="numeric", is_personal=True
            ),
            "Actes sur ses candidatures, pièces et documents",
        ),
        day_filter("since", "du", "Du"),
        day_filter("until", "au", "Au", is_last=True),
        yes_or_no(
            "everybody",
            "Aussi les actes des candidats et des services",
            PageField("candidats", "Avec les actes des candidats et des services", CHECKBOX),
        ),
    ),
    columns=(
        Column("N° de l'acte", source="id"),
        Column("Le", "Le", "at"),
        Column("Auteur", source=lambda entry: ACTOR_LABELS.get(entry.actor_kind, entry.actor_kind)),
        Column("Par", "Par", "actor_id"),
        Column("Acte", "Acte", lambda entry: ACTION_LABELS.get(entry.action, entry.action)),
        Column("Objet", "Objet", "subject"),
        Column("Titre de l'objet", source="subject_label"),
        Column("N° candidat", source="numero_candidat"),
        Column(
            "Changements",
            "Changements",
            lambda entry: " ; ".join(readable_changes(entry.before, entry.after)),
        ),
        Column("Depuis", "Depuis", "address"),
    ),
    page_size=USUAL_AUDIT_PAGE,
    largest_page=LARGEST_AUDIT_PAGE,
)  # of AuditEntry


class AuditEntry(Answered):
    id: int
    at: Instant
    actor_kind: str
    actor_id: str
    action: str
    subject: str
    before: JSONObject | None
    after: JSONObject | None
    numero_candidat: Annotated[str | None, Meta(description="De qui est l'objet")]
    subject_label: Annotated[
        str | None, Meta(description="Code et titre de la pièce, titre du document")
    ] = None
    address: Annotated[str | None, Meta(description="Adresse IP d'où un gestionnaire a agi")]


class AuditEntries(Answered):
    entries: tuple[AuditEntry, ...]
    next_before: int | None


class EntriesPage(ListPage):
    """A page of entries, the newest first: those with a smaller number than `before`, if given."""

    before: int | None = given(
        fields.Integer(
            validate=validate.Range(1, _LARGEST_ENTRY_ID),
            metadata={"description": "next_before de la page précédente"},
        ),
        default=None,
    )


_READ = Callers(staff("audit:read"))
list_entries = _READ.get(
    "/v1/audit",
    AuditEntries,
    "Entries of this service, the newest first; `next_before` is null on the last page.",
    query=ENTRIES.reads_page(EntriesPage),
)
export_entries = _READ.export(
    "/v1/audit.csv",
    "Entries of this service as CSV, streamed, the oldest first; that they were taken out is one "
    "of them.",
    query=ENTRIES.reads_filters(),
    answer_words="Une ligne par acte, en français, heures de Paris",
)
