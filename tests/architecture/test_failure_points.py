"""What pairs a row with an event or an object is in the table of failure points, or here with the reason why not."""

from __future__ import annotations

from deploy.service_names import SERVICES
from tests.architecture.calls import Operations
from tests.faults.failure_table import OPERATIONS

MAIL_AGAIN = "a mail that is asked for again until one comes; nothing else changes with it"
NOT_IN_THE_TABLE: dict[str, dict[str, str]] = {
    "accounts": {
        "account_creation.resend_activation": MAIL_AGAIN,
        "passwords.ask_reset": MAIL_AGAIN,
        "staff_invitations.invite_again": MAIL_AGAIN,
        "candidate_accounts.resend_activation_for": MAIL_AGAIN,
        "login.log_in": "the mail about failed tries is alone in its transaction; the next failure sends it",
    },
    "registrations": {
        "republication.publish_everything": "a command, run again from its beginning; who knows a version ignores it",
        "catalogue.load_catalogue": "a command, run again until it says what it did; loaded already, nothing changes",
        "catalogue.load_archive": "of an etag: sent again it is refused, and the page compares anew",
        "catalogue.move_demonstration_dates": "the same, every hour, for demonstrations",
        "openings.change_window": "a command, run again with the same dates; the newest revision counts",
        "openings.change_openings": "of revisions: sent again it is refused, and the page shows the dates in force",
    },
    "documents": {
        "document_files.form_file": "stores a version (candidature_copies.store_version), as its event does anyway",
        "reconciliation.reconciliation": "makes a lost document again the next night, if it did not hold",
    },
    "pieces": {
        "candidature_states.tell_all_states": "a command, run again; a state told twice changes nothing",
        "antivirus_scans.rescan": "asks for scans that are asked for again the next night",
        "antivirus_scans.scan_deposit": "of a follow-up: tried again it tells the same verdict",
        "candidature_copies.update_from_registration": "of an event: heard again it is not newer, and changes nothing",
    },
}


def _in_the_table(service: str) -> set[str]:
    return {name for row in OPERATIONS if row.service.name == service for name in row.covers}


def test_what_writes_an_event_or_an_object_is_in_the_table_of_failure_points_which_names_what_there_is() -> None:
    for service in SERVICES:
        operations = Operations(service)
        needed = operations.writers & operations.entrances
        assert needed - _in_the_table(service) == set(NOT_IN_THE_TABLE[service])
        assert _in_the_table(service) <= operations.entrances
