"""What each service answers: the sections of its description, in their order."""

from collections.abc import Mapping

from services.contracts import page_labels
from services.contracts.api import (
    administration,
    audit,
    candidate_accounts,
    documents,
    drafts,
    erasure,
    history,
    mails,
    missing_pieces,
    openings,
    own_account,
    own_staff_account,
    passkeys,
    personal_data,
    pieces,
    registrations,
    retention,
    sessions,
    sign_in,
    staff_candidatures,
    staff_documents,
    staff_imports,
    staff_pieces,
    team,
    verification,
    visitors,
)
from services.contracts.api.operation import Section, sections_of

ACCOUNTS = (
    *sections_of(sessions, sign_in, visitors, own_account, erasure, candidate_accounts, team),
    *sections_of(own_staff_account, passkeys, audit),
    Section(page_labels.MESSAGES, (mails.list_mails_of_accounts,)),
)
REGISTRATIONS = (
    *sections_of(
        openings,
        drafts,
        registrations,
        staff_candidatures,
        administration,
        retention,
        audit,
        history,
    ),
    Section(page_labels.MESSAGES, (mails.list_mails_of_registrations,)),
    Section(personal_data.TITLE, (personal_data.read_part,)),
)
DOCUMENTS = sections_of(
    documents, staff_documents, staff_imports, verification, audit, history, personal_data
)
PIECES = sections_of(pieces, staff_pieces, missing_pieces, audit, history, personal_data)
SECTIONS: Mapping[str, tuple[Section, ...]] = {
    "accounts": ACCOUNTS,
    "registrations": REGISTRATIONS,
    "documents": DOCUMENTS,
    "pieces": PIECES,
}
