"""Every route by which staff write, called for real, and the act that each leaves in the audit trail.

What reads leave there (openings of files, exports) is in reads.py.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pyotp

from tests.architecture.staff_at_work import StaffAtWork
from tests.documents.imports.exam_office import NEW as NEW_IMPORT
from tests.documents.imports.exam_office import pdf_of, zip_of
from tests.gateway.gestion import invitations
from tests.gateway.gestion.people import PASSWORD
from tests.registrations.catalogue.small_exam import SMALL
from tests.support.authenticator import Authenticator

REASON = {"reason": "Demande écrite du 4 octobre"}
NEW_PASSWORD = "Gestion/2022"
ARCHIVE = {"archive": urlsafe_b64encode(zip_of({"cfg/exam.yaml": SMALL.encode()})).decode()}

OF_SESSION = {"exam": "BTS", "session": "2022"}

Act = Callable[[StaffAtWork], Any]


def _correct(office: StaffAtWork) -> None:
    candidate = office.candidate()
    values = candidate["values"] | {"nom_famille": "BINNET"}
    office.call("accounts", "POST", f"/candidates/{candidate['id']}/identity", json={"values": values, **REASON})


def _send_activation(office: StaffAtWork) -> None:
    email = office.visitors.create_account()
    answer = office.call("accounts", "POST", "/candidates/search", json={"email": email}).json or {}
    office.call("accounts", "POST", f"/candidates/{answer['candidates'][0]['id']}/activation")


def _invite(office: StaffAtWork) -> str:
    invited = {"email": invitations.new_address(), "nom": "DURAND", "prenoms": "Paule", "role": "gestionnaire"}
    sent = office.with_code(**invited, academies=["03"])
    return str((office.call("accounts", "POST", "/staff", json=sent).json or {})["id"])


def _to_member(act: str) -> Act:
    def call(office: StaffAtWork) -> None:
        office.call("accounts", "POST", f"/staff/{office.member()}/{act}", json=office.with_code(**REASON))

    return call


def _change_profile(office: StaffAtWork) -> None:
    sent = office.with_code(role="consultation", academies=["03"], **REASON)
    office.call("accounts", "POST", f"/staff/{office.member()}/profile", json=sent)


def _enable(office: StaffAtWork) -> None:
    member = office.member()
    for act in ("disable", "enable"):
        office.call("accounts", "POST", f"/staff/{member}/{act}", json=office.with_code(**REASON))


def _change_password(office: StaffAtWork) -> None:
    person = office.staff.administrateur()
    passwords = {"current_password": PASSWORD, "password": NEW_PASSWORD, "password_confirmation": NEW_PASSWORD}
    office.call("accounts", "POST", "/staff/me/password", by=person, json={**passwords, "code": person.code()})


def _renew_second_factor(office: StaffAtWork) -> None:
    person = office.staff.administrateur()
    asked = {"code": person.code()}
    offer = office.call("accounts", "POST", "/staff/me/second-factor/proposals", by=person, json=asked).json or {}
    renewal = {"proposal": offer["sealed"], "code": pyotp.TOTP(offer["secret"]).now()}
    office.call("accounts", "POST", "/staff/me/second-factor", by=person, json=renewal)


def _add_passkey(office: StaffAtWork) -> str:
    options = office.examples.passkey_options_of(office.chief.browser)
    made = Authenticator(office.portal.url).make(options)
    office.call("accounts", "POST", "/staff/me/passkeys", json=office.with_code(name="clé", passkey=made))
    return str(office.read("accounts", "/staff/me")["passkeys"][-1]["id"])


def _save_filters(office: StaffAtWork) -> None:
    office.call("accounts", "POST", "/staff/me/saved-filters", json={"name": "En cours", "query": "etat=active"})


def _move_dates(office: StaffAtWork) -> None:
    opening = office.read("registrations", f"/staff/openings/{office.examples.values['opening_id']}")
    read = [{"id": opening["id"], "revision": opening["revision"]}]
    change = {"openings": read, "closes": "2021-11-21T17:00:00+01:00", "confirmed": True, **REASON}
    office.call("registrations", "POST", "/staff/openings/dates", json=change)


def _note_incident(office: StaffAtWork) -> None:
    opening = office.read("registrations", f"/staff/openings/{office.examples.values['opening_id']}")
    read = {name: opening[name] for name in ("id", "revision", "deposit_closes")}
    said = {"title": "Panne", "text": "Le portail était indisponible.", "periods": ["registration"], **REASON}
    instants = {"begins": "2021-10-04T10:00:00+02:00", "ends": "2021-10-04T11:00:00+02:00"}
    extension = {**said, **instants, "openings": [{**read, "closes": "2021-12-31T12:00:00+01:00"}]}
    office.call("registrations", "POST", "/staff/incidents", json=extension)


def _release(office: StaffAtWork) -> None:
    for act in ("holds", "releases"):
        office.call("registrations", "POST", f"/staff/retention/{act}", json={**OF_SESSION, **REASON})


def _answer_erasure(office: StaffAtWork) -> None:
    office.asked_erasure()
    [asked, *_] = office.read("accounts", "/staff/erasure-requests")["requests"]
    path = f"/staff/erasure-requests/{asked['id']}/answer"
    office.call("accounts", "POST", path, json={"answer": "Votre candidature est gardée un an."})


def _load_catalogue(office: StaffAtWork) -> None:
    compared = office.call("registrations", "POST", "/staff/catalogues/comparison", json=ARCHIVE).json or {}
    office.call("registrations", "POST", "/staff/catalogues", json={**ARCHIVE, "etag": compared["etag"]})


def _write_note(office: StaffAtWork) -> None:
    path = f"/staff/candidatures/{office.examples.values['candidature_id']}/notes"
    office.call("registrations", "POST", path, json={"text": "Rappelé le 4 octobre."})


def _publish_for_a_selection(office: StaffAtWork) -> None:
    order = {"type": "relance_pieces", "title": "Relance", "paragraphs": ["Il manque une pièce."]}
    chosen = {"candidatures": [office.examples.values["candidature_id"]]}
    office.call("documents", "POST", "/publications", json={**order, **chosen})


def _add_pdfs(office: StaffAtWork) -> None:
    new = office.call("documents", "POST", "/imports", json={**NEW_IMPORT, "source": "pdf"}).json or {}
    name = f"{office.examples.numero_candidat()}.pdf"
    office.send_file(new["id"], pdf_of(), name)


def _withdraw_document(office: StaffAtWork) -> None:
    published = office.read("documents", f"/imports/{office.published_import()['id']}/documents")["items"][0]
    office.call("documents", "POST", f"/published-documents/{published['id']}/withdrawal", json=REASON)


def _show_page(office: StaffAtWork) -> None:
    piece = office.piece()
    shown = {"deposit_id": piece["deposit"]["id"], "page": 1}
    office.call("pieces", "POST", f"/pieces/{piece['id']}/openings", json=shown)


def _control(office: StaffAtWork) -> None:
    piece = office.piece()
    decision = {"deposit_id": piece["deposit"]["id"], "status": "received"}
    headers = {"If-Match": piece["etag"]}
    office.call("pieces", "POST", f"/pieces/{piece['id']}/control", json=decision, headers=headers)


def _take_back(office: StaffAtWork) -> None:
    _control(office)
    piece = office.piece()
    office.call("pieces", "DELETE", f"/pieces/{piece['id']}/control", headers={"If-Match": piece["etag"]})


def _control_many(office: StaffAtWork) -> None:
    piece = office.piece()
    decision = {"deposit_id": piece["deposit"]["id"], "status": "compliant"}
    controls = [{**decision, "piece_id": piece["id"], "if_match": piece["etag"]}]
    office.call("pieces", "POST", "/controls", json={"controls": controls})


def _remind(office: StaffAtWork) -> None:
    chosen = [office.examples.values["candidature_id"]]
    answer = office.call("pieces", "POST", "/reminders", json={"candidatures": chosen})
    assert [result["outcome"] for result in (answer.json or {})["results"]] == ["sent"], answer.text


Route = tuple[str, str, str]
"""Service, method and rule, as the ledger has them."""
ACTS: dict[Route, tuple[str, Act]] = {
    ("accounts", "POST", "/v1/candidates/search"): ("account_opened", StaffAtWork.candidate),
    ("accounts", "POST", "/v1/candidates/<candidate_id>/identity"): ("identity_corrected", _correct),
    ("accounts", "POST", "/v1/candidates/<candidate_id>/activation"): ("activation_resent", _send_activation),
    ("accounts", "POST", "/v1/staff/erasure-requests/<request_id>/answer"): ("erasure.answered", _answer_erasure),
    ("accounts", "POST", "/v1/staff"): ("staff_invited", _invite),
    ("accounts", "POST", "/v1/staff/<staff_id>/invitation"): (
        "staff_invited_again",
        lambda office: office.call("accounts", "POST", f"/staff/{_invite(office)}/invitation", json=office.with_code()),
    ),
    ("accounts", "POST", "/v1/staff/<staff_id>/second-factor-reset"): (
        "second_factor_reset",
        _to_member("second-factor-reset"),
    ),
    ("accounts", "POST", "/v1/staff/<staff_id>/profile"): ("staff_profile_changed", _change_profile),
    ("accounts", "POST", "/v1/staff/<staff_id>/disable"): ("staff_disabled", _to_member("disable")),
    ("accounts", "POST", "/v1/staff/<staff_id>/enable"): ("staff_enabled", _enable),
    ("accounts", "POST", "/v1/staff/tokens/<token_id>/revoke"): (
        "token_revoked",
        lambda office: office.call("accounts", "POST", f"/staff/tokens/{office.token()}/revoke", json=REASON),
    ),
    ("accounts", "POST", "/v1/staff/me/password"): ("password_changed", _change_password),
    ("accounts", "POST", "/v1/staff/me/recovery-codes"): (
        "recovery_codes_renewed",
        lambda office: office.call("accounts", "POST", "/staff/me/recovery-codes", json=office.with_code()),
    ),
    ("accounts", "POST", "/v1/staff/me/second-factor"): ("second_factor_renewed", _renew_second_factor),
    ("accounts", "POST", "/v1/staff/me/tokens"): ("token_created", StaffAtWork.token),
    ("accounts", "POST", "/v1/staff/me/tokens/<token_id>/revoke"): (
        "token_revoked",
        lambda office: office.call("accounts", "POST", f"/staff/me/tokens/{office.token()}/revoke"),
    ),
    ("accounts", "POST", "/v1/staff/me/passkeys"): ("passkey_added", _add_passkey),
    ("accounts", "POST", "/v1/staff/me/passkeys/<passkey_id>/removal"): (
        "passkey_removed",
        lambda office: office.call("accounts", "POST", f"/staff/me/passkeys/{_add_passkey(office)}/removal"),
    ),
    ("accounts", "POST", "/v1/staff/me/saved-filters"): ("filters_saved", _save_filters),
    ("registrations", "POST", "/v1/staff/incidents"): ("incident.noted", _note_incident),
    ("registrations", "POST", "/v1/staff/openings/dates"): ("window.changed", _move_dates),
    ("registrations", "POST", "/v1/staff/retention/holds"): (
        "retention.held",
        lambda office: office.call("registrations", "POST", "/staff/retention/holds", json={**OF_SESSION, **REASON}),
    ),
    ("registrations", "POST", "/v1/staff/retention/releases"): ("retention.released", _release),
    ("registrations", "POST", "/v1/staff/messages"): ("message.published", StaffAtWork.message),
    ("registrations", "DELETE", "/v1/staff/messages/<message_id>"): (
        "message.withdrawn",
        lambda office: office.call("registrations", "DELETE", f"/staff/messages/{office.message()}"),
    ),
    ("registrations", "POST", "/v1/staff/catalogues"): ("catalogue.loaded", _load_catalogue),
    ("registrations", "POST", "/v1/staff/candidatures/<candidature_id>/notes"): ("note.added", _write_note),
    ("registrations", "POST", "/v1/staff/candidatures/<candidature_id>/<how>"): (
        "candidature.ecartee",
        lambda office: office.call(
            "registrations", "POST", f"/staff/candidatures/{office.candidature()}/ecart", json=REASON
        ),
    ),
    ("registrations", "POST", "/v1/staff/candidatures/<candidature_id>/correction"): (
        "correction.started",
        StaffAtWork.correction,
    ),
    ("registrations", "POST", "/v1/staff/corrections/<draft_id>/save"): (
        "candidature.saved",
        lambda office: office.call(
            "registrations", "POST", f"/staff/corrections/{office.correction()}/save", json={"revision": 1, **REASON}
        ),
    ),
    ("documents", "POST", "/v1/publications"): ("publication.ordered", _publish_for_a_selection),
    ("documents", "POST", "/v1/imports"): (
        "import.created",
        lambda office: office.call("documents", "POST", "/imports", json=NEW_IMPORT),
    ),
    ("documents", "POST", "/v1/imports/<import_id>/files"): ("import.sent", _add_pdfs),
    ("documents", "POST", "/v1/imports/<import_id>/publication"): ("import.published", StaffAtWork.published_import),
    ("documents", "POST", "/v1/imports/<import_id>/abandonment"): (
        "import.abandoned",
        lambda office: office.call("documents", "POST", f"/imports/{office.checked_import()['id']}/abandonment"),
    ),
    ("documents", "POST", "/v1/imports/<import_id>/withdrawal"): (
        "import.withdrawn",
        lambda office: office.call(
            "documents", "POST", f"/imports/{office.published_import()['id']}/withdrawal", json=REASON
        ),
    ),
    ("documents", "POST", "/v1/published-documents/<document_id>/withdrawal"): (
        "document.withdrawn",
        _withdraw_document,
    ),
    ("pieces", "POST", "/v1/pieces/<piece_id>/openings"): ("deposit.opened", _show_page),
    ("pieces", "POST", "/v1/reminders"): ("candidature.reminded", _remind),
    ("pieces", "POST", "/v1/pieces/<piece_id>/control"): ("piece.controlled", _control),
    ("pieces", "DELETE", "/v1/pieces/<piece_id>/control"): ("piece.control_taken_back", _take_back),
    ("pieces", "POST", "/v1/controls"): ("piece.controlled", _control_many),
}
WITHOUT_TRACE: dict[Route, str] = {
    ("accounts", "POST", "/v1/candidates/<candidate_id>/form"): "checks what is typed, changes nothing",
    ("accounts", "POST", "/v1/staff/me/second-factor/proposals"): "offers a key, which its code puts in force",
    ("accounts", "POST", "/v1/staff/me/second-factor/proposals/check"): "shows the offered key again",
    ("documents", "POST", "/v1/imports/<import_id>/documents/search"): "finds in a list that a GET gives",
    ("documents", "POST", "/v1/imports/<import_id>/uploads"): "a file on its way, until the import takes it",
    ("documents", "PATCH", "/v1/uploads/<upload_id>"): "the same",
    ("documents", "DELETE", "/v1/uploads/<upload_id>"): "the same",
    ("pieces", "POST", "/v1/reminders/whole-list"): "each candidature has its own, once its page is reminded",
    ("registrations", "PUT", "/v1/drafts/<draft_id>/tabs/<int:number>"): "a correction that is not saved yet",
    ("registrations", "DELETE", "/v1/drafts/<draft_id>"): "the same: it changes nothing of the candidature",
    ("registrations", "POST", "/v1/staff/catalogues/comparison"): "a dry run, which writes nothing",
    ("registrations", "POST", "/v1/staff/incidents/preview"): "a dry run, which writes nothing",
    ("registrations", "POST", "/v1/staff/openings/dates/preview"): "a dry run, which writes nothing",
}
