"""« Documents »: what was published for many candidates at a time, and the beginning of a new publication."""

from collections.abc import Mapping

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import new_order_key, posted_order_key, posted_paragraphs, posted_text
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.lists import read_page, render_list, typed_filters
from gateway.web.gestion.names_from_accounts import academie_options
from services.chassis.errors import Conflict, DomainError
from services.contracts import problem_types
from services.contracts.api import staff_imports as api
from services.contracts.api.staff_imports import ImportForm, SessionChoice
from services.contracts.document_rules import (
    ABANDONED,
    CHECKED,
    CSV,
    FAILED,
    PREPARED,
    PUBLISHED,
    PUBLISHING,
    READY,
    SOURCE_LABELS,
    WITHDRAWN,
)

CHANGED_AND_SENT_AGAIN = (
    "Vous avez déjà préparé une publication avec ce formulaire, puis vous l'avez modifié. Pour en préparer une autre "
    "avec ce que vous voyez ici, choisissez à nouveau « Continuer »."
)
READ, PUBLISH = "candidatures:read", "documents:publish"
FIELDS = ("type", "source", "academie", "session", "title", "paragraphs")
STATE_SEVERITIES = {
    PREPARED: "new",
    CHECKED: "new",
    READY: "new",
    PUBLISHING: "info",
    PUBLISHED: "success",
    FAILED: "error",
    WITHDRAWN: "warning",
    ABANDONED: None,
}
"""Of the badges of imports and of their documents."""


@blueprint.get("/documents", who=access.staff(READ))
def list_imports() -> ResponseReturnValue:
    shown, none = typed_filters(api.IMPORTS, request.args), api.Imports(items=(), next_cursor=None)
    page = read_page(api.IMPORTS, shown, api.list_imports, none)
    return render_list(
        "gestion/templates/imports.html",
        api.IMPORTS,
        shown,
        {"academie": academie_options()},
        page=page,
        is_first_page="cursor" not in request.args,
        state_severities=STATE_SEVERITIES,
    )


@blueprint.get("/documents/nouveau", who=access.staff(PUBLISH))
def ask_import(
    typed: Mapping[str, str] | None = None,
    order_key: str = "",
    form: ImportForm | None = None,
    refusal: DomainError | None = None,
) -> Response:
    return render_page(
        "gestion/templates/nouvel_import.html",
        choices_of=_choices(form or read_import_form()),
        typed=typed or {"source": CSV},
        order_key=order_key or new_order_key(),
        refusal=refusal,
        errors=errors_by_field(refusal) if refusal else [],
    )


@blueprint.post("/documents/nouveau", who=access.staff(PUBLISH))
def create_import() -> ResponseReturnValue:
    typed = {name: posted_text(name) for name in FIELDS}
    order_key = posted_order_key()
    form = read_import_form()
    try:
        new = staff_member.call(
            api.create_import,
            body=_new_import(form, typed),
            headers={"Idempotency-Key": order_key},
        )
    except DomainError as refusal:
        if refusal.http_status not in (403, 409, 422):
            raise
        if refusal.slug == problem_types.KEY_ALREADY_USED.slug:
            return ask_import(typed, new_order_key(), form, Conflict(CHANGED_AND_SENT_AGAIN))
        return ask_import(typed, order_key, form, refusal)
    return redirect(url_for("gestion.show_import", import_id=new.id), code=303)


@blueprint.get("/documents/modeles/<type>.csv", who=access.staff(PUBLISH))
def import_model(type: str) -> ResponseReturnValue:
    """A model of the CSV, to be filled in; of a session it has the candidates."""
    scope = {name: request.args.get(name) for name in api.ModelQuery().fields}
    return staff_member.stream(api.read_model, query=scope, type=type)


def read_import_form() -> ImportForm:
    return staff_member.call(api.read_form)


def _new_import(form: ImportForm, typed: Mapping[str, str]) -> dict[str, str | list[str]]:
    """What was typed, by the names of the API: the session as its two labels, the text as its paragraphs."""
    chosen = next((choice for choice in form.sessions if _label(choice) == typed["session"]), None)
    session = {"session": chosen.session if chosen else "", "exam": chosen.exam if chosen else ""}
    return {**typed, **session, "paragraphs": posted_paragraphs()}


def type_options(form: ImportForm, *, of_every_exam: bool = False) -> list[dict[str, str]]:
    """`of_every_exam`: without what only one exam's catalogue declares, which is published in PDF."""
    return [
        {"value": item.type, "label": f"{item.label} - {item.exam}" if item.exam else item.label}
        for item in form.types
        if item.exam is None or not of_every_exam
    ]


def _choices(form: ImportForm) -> dict[str, list[dict[str, str]]]:
    """The options of each list of the form."""
    return {
        "types": type_options(form),
        "sources": [{"value": value, "label": label} for value, label in SOURCE_LABELS.items()],
        "academies": [{"value": item.code, "label": item.label} for item in form.academies],
        "sessions": [{"value": _label(item), "label": _label(item)} for item in form.sessions],
    }


def _label(choice: SessionChoice) -> str:
    return f"{choice.session} - {choice.exam}"


def errors_by_field(refusal: DomainError) -> list[dict[str, str]]:
    """Tied to the page's fields: an exam is chosen with its session, a paragraph is part of the text."""
    first_errors: dict[str, dict[str, str]] = {}
    for error in refusal.errors:
        name = error.pointer.removeprefix("#/").partition("/")[0].replace("exam", "session")
        first_errors.setdefault(name, {"pointer": f"#/{name}", "detail": error.detail})
    return list(first_errors.values())
