"""The API of accounts for candidates: their own account."""

from types import NoneType
from typing import Annotated

from marshmallow import fields, validate
from msgspec import Meta

from services.contracts import problem_types
from services.contracts.account_rules import MAX_TOKEN_LENGTH, Editable
from services.contracts.api.forms import Form
from services.contracts.api.given import Given, given
from services.contracts.api.operation import CANDIDATE, Answered, Callers, Instant, one_of
from services.contracts.api.visitors import Values, password_field

TITLE = "Mon compte"
COPY_SECONDS = 30.0  # until an archive begins to come
COPY = "copy"
ERASURE = "erasure"
DELETION = "deletion"
"""Acts for which the password is asked again; one that is certified is named by its digest."""


class AskedAgain(Given):
    """The password, or the browser's `session` in which its candidate has confirmed the act with
    FranceConnect."""

    current_password: str = given(password_field())
    session: str = given(
        fields.String(load_default="", validate=validate.Length(max=MAX_TOKEN_LENGTH))
    )


class AskedAgainForDigest(AskedAgain):
    digest: str = given(
        fields.String(
            required=True, validate=validate.Length(equal=64), metadata={"description": "SHA-256"}
        )
    )


class MyAddresses(Answered):
    """`pending_email` waits for its owner's confirmation."""

    email: str
    pending_email: str | None


class MyAccount(MyAddresses):
    editable: Annotated[str, one_of(Editable)]
    last_login_at: Instant | None
    form: Form


class Changed(Answered):
    """Whether a new address now waits for its owner's confirmation."""

    email_change_pending: bool


class MyCopy(Answered):
    """The newest copy of one's data: `expires_at` once it is ready."""

    id: str
    asked_at: Instant
    size: Annotated[int | None, Meta(description="Octets")]
    expires_at: Instant | None


class MyCopies(Answered):
    copy: MyCopy | None
    may_ask: Annotated[bool, Meta(description="Une copie par jour")]


class SignedIdentity(Answered):
    assertion: str


class PasswordProof(Answered):
    proof: str


_COPIES = Callers(CANDIDATE)
_OWN = Callers(CANDIDATE, problems=(problem_types.NOT_FOUND,))
_ASKED_AGAIN = Callers(CANDIDATE, problems=(problem_types.NOT_FOUND, problem_types.TOO_MANY_TRIES))
read_account = _OWN.get(
    "/v1/me", MyAccount, "The account, and the form of « Modifier mes informations »."
)
read_addresses = _OWN.get(
    "/v1/me/addresses",
    MyAddresses,
    "The mail address in force, and the one that waits for its confirmation.",
)
fill_form = _OWN.post(
    "/v1/me/form",
    Form,
    "The form for what was typed: the country decides which place of birth is asked. Checks and "
    "changes nothing.",
    body=Values,
    reads=True,
)
change_account = _ASKED_AGAIN.put(
    "/v1/me",
    Changed,
    "Apply what was typed in the form; refused where the civil status has changed since its "
    "`version`.",
    body=Values,
    problems=(
        problem_types.CANDIDATURE_EXISTS,
        problem_types.PRECONDITION_FAILED,
        problem_types.CONFLICT,
    ),
)
delete_account = _ASKED_AGAIN.post(
    "/v1/me/deletion",
    NoneType,
    "Delete the account, which has no candidature.",
    body=AskedAgain,
    problems=(problem_types.CANDIDATURE_EXISTS,),
)
ask_copy = _ASKED_AGAIN.post(
    "/v1/me/copies",
    NoneType,
    "Have a copy made of all that the portal holds of the caller; a mail says that it is ready. "
    "Nothing changes where one was asked for within a day, or is being made.",
    body=AskedAgain,
    status=202,
)
read_copies = Callers(CANDIDATE).get(
    "/v1/me/copies", MyCopies, "The newest copy, and whether another may be asked for."
)
download_copy = Callers(CANDIDATE).get(
    "/v1/me/copies/<copy_id>/file",
    bytes,
    "The copy, while it is kept.",
    media_type="application/zip",
    answer_words="Une archive ZIP",
    seconds=COPY_SECONDS,
)
read_identity = _OWN.get(
    "/v1/me/identity",
    SignedIdentity,
    "The identity signed for registrations, good for a short time; never logged.",
)
prove_password = _ASKED_AGAIN.post(
    "/v1/me/password-proof",
    PasswordProof,
    "That the candidate was asked again, signed for registrations and good for a short time: for "
    "the one act that has the digest.",
    body=AskedAgainForDigest,
)
