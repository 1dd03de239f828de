"""Every route by which staff write, what is sent to it, and the act that it leaves in the audit
trail.

What reads leave there (openings of files, exports) is in reads.py.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any, NamedTuple

import pyotp

from tests.architecture.examples import REASON, Examples
from tests.documents.imports.exam_office import NEW as NEW_IMPORT
from tests.documents.imports.exam_office import pdf_of, zip_of
from tests.gateway.candidates import new_address
from tests.gateway.gestion.people import PASSWORD
from tests.registrations.catalogue.small_exam import SMALL
from tests.support.authenticator import Authenticator

NEW_PASSWORD = "Gestion/2022"
ARCHIVE = {"archive": urlsafe_b64encode(zip_of({"cfg/exam.yaml": SMALL.encode()})).decode()}
OF_SESSION = {"exam": "BTS", "session": "2022", **REASON}


class Sent(NamedTuple):
    """The ids of a route's address in their order, and the body."""

    ids: tuple[str, ...]
    body: dict[str, Any]


Act = Callable[[Examples], Any]
"""What it gives, where that is something `Sent`, is sent to the route; else it has called the route
itself."""


def to(*ids: str, **body: Any) -> Sent:
    return Sent(ids, body)


def _correct(office: Examples) -> Sent:
    candidate = office.candidate()
    return to(candidate["id"], values=candidate["values"] | {"nom_famille": "BINNET"}, **REASON)


def _send_activation(office: Examples) -> Sent:
    found = office.post("accounts", "/candidates/search", email=office.visitors.create_account())
    return to(found["candidates"][0]["id"])


def _to_member(office: Examples) -> Sent:
    return to(office.member(), **office.with_code(**REASON))


def _change_password(office: Examples) -> None:
    person = office.staff.administrateur()
    passwords = {
        "current_password": PASSWORD,
        "password": NEW_PASSWORD,
        "password_confirmation": NEW_PASSWORD,
    }
    office.call(
        "accounts",
        "POST",
        "/staff/me/password",
        by=person,
        json={**passwords, "code": person.code()},
    )


def _renew_second_factor(office: Examples) -> None:
    person = office.staff.administrateur()
    asked = {"code": person.code()}
    offer = (
        office.call(
            "accounts", "POST", "/staff/me/second-factor/proposals", by=person, json=asked
        ).json
        or {}
    )
    renewal = {"proposal": offer["sealed"], "code": pyotp.TOTP(offer["secret"]).now()}
    office.call("accounts", "POST", "/staff/me/second-factor", by=person, json=renewal)


def _add_passkey(office: Examples) -> str:
    made = Authenticator(office.portal.url).make(office.passkey_options())
    office.post("accounts", "/staff/me/passkeys", **office.with_code(name="clé", passkey=made))
    return str(office.read("accounts", "/staff/me")["passkeys"][-1]["id"])


def _move_dates(office: Examples) -> Sent:
    opening = office.opening()
    read = [{"id": opening["id"], "revision": opening["revision"]}]
    return to(openings=read, closes="2021-11-21T17:00:00+01:00", confirmed=True, **REASON)


def _note_incident(office: Examples) -> Sent:
    opening = office.opening()
    read = {name: opening[name] for name in ("id", "revision", "deposit_closes")}
    said = {
        "title": "Panne",
        "text": "Le portail était indisponible.",
        "periods": ["registration"],
        **REASON,
    }
    instants = {"begins": "2021-10-04T10:00:00+02:00", "ends": "2021-10-04T11:00:00+02:00"}
    return to(**said, **instants, openings=[{**read, "closes": "2021-12-31T12:00:00+01:00"}])


def _release(office: Examples) -> Sent:
    office.post("registrations", "/staff/retention/holds", **OF_SESSION)
    return to(**OF_SESSION)


def _answer_erasure(office: Examples) -> Sent:
    office.asked_erasure()
    [asked, *_] = office.read("accounts", "/staff/erasure-requests")["requests"]
    return to(asked["id"], answer="Votre candidature est gardée un an.")


def _load_catalogue(office: Examples) -> Sent:
    return to(
        **ARCHIVE,
        etag=office.post("registrations", "/staff/catalogues/comparison", **ARCHIVE)["etag"],
    )


def _publish_for_a_selection(office: Examples) -> Sent:
    order = {"type": "relance_pieces", "title": "Relance", "paragraphs": ["Il manque une pièce."]}
    return to(**order, candidatures=[office.values["candidature_id"]])


def _add_pdfs(office: Examples) -> None:
    new = office.post("documents", "/imports", **{**NEW_IMPORT, "source": "pdf"})
    office.send_file(new["id"], pdf_of(), f"{office.numero_candidat()}.pdf")


def _withdraw_document(office: Examples) -> Sent:
    published = office.read("documents", f"/imports/{office.published_import()['id']}/documents")[
        "items"
    ][0]
    return to(published["id"], **REASON)


def _show_page(office: Examples) -> Sent:
    piece = office.piece()
    return to(piece["id"], deposit_id=piece["deposit"]["id"], page=1)


def _control(office: Examples) -> None:
    piece = office.piece()
    decision = {"deposit_id": piece["deposit"]["id"], "status": "received"}
    headers = {"If-Match": piece["etag"]}
    office.call("pieces", "POST", f"/pieces/{piece['id']}/control", json=decision, headers=headers)


def _take_back(office: Examples) -> None:
    _control(office)
    piece = office.piece()
    office.call(
        "pieces", "DELETE", f"/pieces/{piece['id']}/control", headers={"If-Match": piece["etag"]}
    )


def _control_many(office: Examples) -> Sent:
    piece = office.piece()
    decision = {"deposit_id": piece["deposit"]["id"], "status": "compliant"}
    return to(controls=[{**decision, "piece_id": piece["id"], "if_match": piece["etag"]}])


def _remind(office: Examples) -> None:
    answer = office.post("pieces", "/reminders", candidatures=[office.values["candidature_id"]])
    assert [result["outcome"] for result in answer["results"]] == ["sent"], answer


ACTS: dict[str, dict[str, tuple[str, Act]]] = {
    "accounts": {
        "POST /candidates/search": ("account_opened", Examples.candidate),
        "POST /candidates/<candidate_id>/identity": ("identity_corrected", _correct),
        "POST /candidates/<candidate_id>/activation": ("activation_resent", _send_activation),
        "POST /staff/erasure-requests/<request_id>/answer": ("erasure.answered", _answer_erasure),
        "POST /staff": ("staff_invited", lambda office: office.invite(new_address())),
        "POST /staff/<staff_id>/invitation": (
            "staff_invited_again",
            lambda office: to(office.invite(new_address()), **office.with_code()),
        ),
        "POST /staff/<staff_id>/second-factor-reset": ("second_factor_reset", _to_member),
        "POST /staff/<staff_id>/profile": (
            "staff_profile_changed",
            lambda office: to(
                office.member(), **office.with_code(role="consultation", academies=["03"], **REASON)
            ),
        ),
        "POST /staff/<staff_id>/disable": ("staff_disabled", _to_member),
        "POST /staff/<staff_id>/enable": (
            "staff_enabled",
            lambda office: to(office.disabled_member(), **office.with_code(**REASON)),
        ),
        "POST /staff/tokens/<token_id>/revoke": (
            "token_revoked",
            lambda office: to(office.token(), **REASON),
        ),
        "POST /staff/me/password": ("password_changed", _change_password),
        "POST /staff/me/recovery-codes": (
            "recovery_codes_renewed",
            lambda office: to(**office.with_code()),
        ),
        "POST /staff/me/second-factor": ("second_factor_renewed", _renew_second_factor),
        "POST /staff/me/tokens": ("token_created", Examples.token),
        "POST /staff/me/tokens/<token_id>/revoke": (
            "token_revoked",
            lambda office: to(office.token()),
        ),
        "POST /staff/me/passkeys": ("passkey_added", _add_passkey),
        "POST /staff/me/passkeys/<passkey_id>/removal": (
            "passkey_removed",
            lambda office: to(_add_passkey(office)),
        ),
        "POST /staff/me/saved-filters": (
            "filters_saved",
            lambda _: to(name="En cours", query="etat=active"),
        ),
    },
    "registrations": {
        "POST /staff/incidents": ("incident.noted", _note_incident),
        "POST /staff/openings/dates": ("window.changed", _move_dates),
        "POST /staff/retention/holds": ("retention.held", lambda _: to(**OF_SESSION)),
        "POST /staff/retention/releases": ("retention.released", _release),
        "POST /staff/messages": ("message.published", Examples.message),
        "DELETE /staff/messages/<message_id>": (
            "message.withdrawn",
            lambda office: to(office.message()),
        ),
        "POST /staff/catalogues": ("catalogue.loaded", _load_catalogue),
        "POST /staff/candidatures/<candidature_id>/notes": (
            "note.added",
            lambda office: to(office.values["candidature_id"], text="Rappelé le 4 octobre."),
        ),
        "POST /staff/candidatures/<candidature_id>/<how>": (
            "candidature.ecartee",
            lambda office: to(office.candidature(), "ecart", **REASON),
        ),
        "POST /staff/candidatures/<candidature_id>/correction": (
            "correction.started",
            Examples.correction,
        ),
        "POST /staff/corrections/<draft_id>/save": (
            "candidature.saved",
            lambda office: to(office.correction(), revision=1, **REASON),
        ),
    },
    "documents": {
        "POST /publications": ("publication.ordered", _publish_for_a_selection),
        "POST /imports": ("import.created", lambda _: to(**NEW_IMPORT)),
        "POST /imports/<import_id>/files": ("import.sent", _add_pdfs),
        "POST /imports/<import_id>/publication": ("import.published", Examples.published_import),
        "POST /imports/<import_id>/abandonment": (
            "import.abandoned",
            lambda office: to(office.checked_import()["id"]),
        ),
        "POST /imports/<import_id>/withdrawal": (
            "import.withdrawn",
            lambda office: to(office.published_import()["id"], **REASON),
        ),
        "POST /published-documents/<document_id>/withdrawal": (
            "document.withdrawn",
            _withdraw_document,
        ),
    },
    "pieces": {
        "POST /pieces/<piece_id>/openings": ("deposit.opened", _show_page),
        "POST /reminders": ("candidature.reminded", _remind),
        "POST /pieces/<piece_id>/control": ("piece.controlled", _control),
        "DELETE /pieces/<piece_id>/control": ("piece.control_taken_back", _take_back),
        "POST /controls": ("piece.controlled", _control_many),
    },
}
WITHOUT_TRACE: dict[str, dict[str, str]] = {
    "accounts": {
        "POST /candidates/<candidate_id>/form": "checks what is typed, changes nothing",
        "POST /staff/me/second-factor/proposals": "offers a key, which its code puts in force",
        "POST /staff/me/second-factor/proposals/check": "shows the offered key again",
    },
    "registrations": {
        "PUT /drafts/<draft_id>/tabs/<int:number>": "a correction that is not saved yet",
        "DELETE /drafts/<draft_id>": "the same: it changes nothing of the candidature",
        "POST /staff/catalogues/comparison": "a dry run, which writes nothing",
        "POST /staff/incidents/preview": "a dry run, which writes nothing",
        "POST /staff/openings/dates/preview": "a dry run, which writes nothing",
    },
    "documents": {
        "POST /imports/<import_id>/documents/search": "finds in a list that a GET gives",
        "POST /imports/<import_id>/uploads": "a file on its way, until the import takes it",
        "PATCH /uploads/<upload_id>": "the same",
        "DELETE /uploads/<upload_id>": "the same",
    },
    "pieces": {
        "POST /reminders/whole-list": "each candidature has its own, once its page is reminded"
    },
}
