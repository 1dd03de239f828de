"""The file of a publication: received here, checked by documents line by line, or file by file in its turn."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.file_uploads import ReceivedFile, send_files
from gateway.posted_forms import in_field
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.imports import PUBLISH
from gateway.web.gestion.publication import read_import, show_import
from gateway.web.justificatifs.file_reception import STAFF_UPLOADS, received_files
from services.chassis.errors import DomainError, Invalid
from services.contracts.api import staff_imports as api
from services.contracts.document_rules import CSV, MAX_ARCHIVE_BYTES, MAX_CSV_BYTES, MAX_PDFS_PER_SENDING

FIELD = "fichier"
NO_FILE = "Choisissez un fichier à envoyer."
TOO_MANY_FILES = f"Envoyez {MAX_PDFS_PER_SENDING} fichiers au plus à la fois."
CHECKED, SENT = "controle", "envoi"


@blueprint.post("/documents/<import_id>/fichier", who=access.staff(PUBLISH))
def send_import_file(import_id: str) -> ResponseReturnValue:
    source = read_import(import_id).source
    largest = MAX_CSV_BYTES if source == CSV else MAX_ARCHIVE_BYTES
    try:
        with received_files(FIELD, staff_member.required().subject, largest, limit=STAFF_UPLOADS) as files:
            if not files or len(files) > (1 if source == CSV else MAX_PDFS_PER_SENDING):
                raise Invalid(TOO_MANY_FILES if files else NO_FILE)
            for file in files:
                _send(import_id, file)
    except DomainError as refusal:
        if refusal.http_status in (401, 403, 404):
            raise
        return show_import(import_id, in_field(refusal, FIELD))
    done = CHECKED if source == CSV else SENT
    return redirect(url_for("gestion.show_import", import_id=import_id, fait=done), code=303)


def _send(import_id: str, file: ReceivedFile) -> None:
    """A CSV takes the place of the one sent before; a PDF or an archive is added."""

    def take(uploads: list[str]) -> None:
        staff_member.call(api.take_uploads, body={"uploads": uploads}, import_id=import_id)

    send_files(staff_member, api.uploads, [file], take, import_id=import_id)
