"""The API of registrations for candidates' saved candidatures, and for the portal's other
services."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Annotated

from marshmallow import fields, validate
from msgspec import Meta

from services.contracts import page_labels
from services.contracts import problem_types as problem
from services.contracts.api.drafts import Asserted, Draft
from services.contracts.api.given import Given, given
from services.contracts.api.operation import (
    CANDIDATE,
    Answered,
    Callers,
    CandidatureLabels,
    End,
    Instant,
    one_of,
    service,
)
from services.contracts.registration_rules import VALIDATION_STATES
from services.contracts.registrations import Contact, Recap, RegistrationSaved

TITLE = page_labels.REGISTRATIONS
CURRENT = "current"
"""Instead of the number of a version: that which counts now."""
MOST_CANDIDATES = 200
"""Asked for in one call."""


class Tile(CandidatureLabels):
    """An active candidature."""

    numero_candidat: str
    version: int
    version_label: str
    saved_at: Instant
    closes_at: End
    closes_label: str
    modifiable: Annotated[bool, Meta(description="Et peut être retirée")]
    validation: Annotated[str | None, one_of(VALIDATION_STATES)] = None
    validated_at: Instant | None = None
    validatable: Annotated[bool, Meta(description="Peut être validée en ligne")] = False
    validate_until: End | None = None
    contact: Contact


class Ecartee(CandidatureLabels):
    """A candidature that its service gestionnaire set aside."""

    ended_at: Instant
    reason: str | None
    contact: Contact


class Tiles(Answered):
    candidatures: tuple[Tile, ...]
    ecartees: tuple[Ecartee, ...]
    withdrawn_ids: Annotated[
        tuple[str, ...],
        Meta(description="Candidatures retirées par leur candidat, que d'autres montrent encore"),
    ] = ()


class Withdrawn(CandidatureLabels):
    """A candidature whose candidate may still take the withdrawal back."""

    ended_at: Instant
    closes_label: str


class Mine(Tiles):
    """« Mes inscriptions »"""

    drafts: tuple[Draft, ...]
    withdrawn: tuple[Withdrawn, ...]


class Candidature(Tile):
    """`digest`: of what its candidate certifies, as shown."""

    recap: Recap
    digest: str = ""


class TabTitle(Answered):
    number: int
    title: str


class Acknowledgement(Answered):
    """Tells the candidate, on « N° Inscription », what the save of a version did."""

    candidature_id: str
    version: int
    version_label: str
    saved_sentence: str
    numero_candidat: str
    numero_inscription: str
    closes_sentence: str
    academie_label: str
    contact: Contact
    documents: tuple[str, ...]
    warnings: tuple[str, ...]
    tabs: tuple[TabTitle, ...]
    is_to_validate: bool = False


class ShownVersion(Given):
    """The version that a candidate read before certifying it; `proof`: that the password was given
    for this digest."""

    version: int = given(
        fields.Integer(
            required=True, strict=True, validate=validate.Range(min=1, max=2_000_000_000)
        )
    )
    digest: str = given(fields.String(required=True, validate=validate.Length(equal=64)))
    proof: str = given(fields.String(required=True))


class Empty(Given):
    """A body without content."""


@dataclass(frozen=True, kw_only=True)
class HomeContact(Contact):
    academie_label: str


class ContactAnswer(Answered):
    contact: HomeContact


class OfferedForm(Answered):
    code: str
    title: str


class Forms(Answered):
    """« Les formulaires » of a candidature, or the sentence of an exam that offers none."""

    sentence: str | None
    forms: tuple[OfferedForm, ...]


class IdentityFloor(Given):
    """The version before which a candidate's identities are refused."""

    version: int = given(
        fields.Integer(
            required=True, strict=True, validate=validate.Range(min=0, max=2_000_000_000)
        )
    )


class Candidates(Given):
    ids: Sequence[str] = given(
        fields.List(
            fields.String(validate=validate.Length(max=64)),
            required=True,
            validate=validate.Length(1, MOST_CANDIDATES),
        )
    )


class Engaged(Answered):
    engaged: bool


class EngagedAmong(Answered):
    ids: tuple[str, ...]


class VersionEvent(Answered):
    event_id: str
    data: RegistrationSaved


class Standing(Answered):
    """The newest `version` of a candidature, saved at that instant. `ended_at`: when it was
    withdrawn or set aside, None of one that is active."""

    version: int
    saved_at: Instant
    ended_at: Instant | None


_OWN = Callers(CANDIDATE)
_ACCOUNTS = Callers(service("accounts"))
_CANDIDATURE = "/v1/candidatures/<candidature_id>"
_CANDIDATE = "/v1/candidates/<candidate_id>"

list_candidatures = _OWN.get(
    "/v1/candidatures",
    Tiles,
    "Active candidatures whose session has not closed, and those set aside by their service "
    "gestionnaire.",
)
list_mine = _OWN.get(
    "/v1/mine",
    Mine,
    "All that « Mes inscriptions » lists: candidatures, and drafts not transmitted, the latest "
    "written first.",
)
read_candidature = _OWN.get(_CANDIDATURE, Candidature, "A candidature with its récapitulatif.")
read_acknowledgement = _OWN.get(
    f"{_CANDIDATURE}/acknowledgement",
    Acknowledgement,
    "What the save answered, for the current version.",
)
start_modification = _OWN.post(
    f"{_CANDIDATURE}/draft",
    Draft,
    "« Modifier »: a draft filled in from the current version, or the one under way.",
    body=Asserted,
    status=201,
    other_statuses={200: "La modification commencée auparavant"},
    problems=(
        problem.WINDOW_CLOSED,
        problem.CONFLICT,
        problem.OTHER_DRAFT,
        problem.IDENTITY_OUTDATED,
    ),
)
withdraw = _OWN.post(
    f"{_CANDIDATURE}/withdrawal",
    NoneType,
    "« Se désinscrire ».",
    body=Empty,
    problems=(problem.WINDOW_CLOSED, problem.CONFLICT),
)
undo_withdrawal = _OWN.delete(
    f"{_CANDIDATURE}/withdrawal",
    NoneType,
    "« Annuler ma désinscription »: the candidature as it was last saved, in a new version.",
    problems=(problem.WINDOW_CLOSED, problem.CONFLICT, problem.CANDIDATURE_EXISTS),
)
validate_version = _OWN.post(
    f"{_CANDIDATURE}/validation",
    NoneType,
    "« Valider mon inscription »: certify the current version, which stands for a signature. A "
    "repeat changes nothing.",
    body=ShownVersion,
    problems=(problem.WINDOW_CLOSED, problem.CONFLICT, problem.PRECONDITION_FAILED),
)
list_forms = _OWN.get(f"{_CANDIDATURE}/forms", Forms, "« Les formulaires » of a candidature.")
read_contact = _OWN.get(
    "/v1/contact",
    ContactAnswer,
    "The service gestionnaire of the caller's latest candidature.",
    problems=(problem.NOT_FOUND,),
)

set_identity_floor = _ACCOUNTS.put(
    f"{_CANDIDATE}/identity-floor",
    NoneType,
    "Refuse older identities from now on; 409 once a candidature was saved.",
    body=IdentityFloor,
    problems=(problem.CANDIDATURE_EXISTS,),
)
read_engaged = _ACCOUNTS.get(
    f"{_CANDIDATE}/engaged", Engaged, "Whether a candidature was ever saved."
)
list_engaged = _ACCOUNTS.post(
    "/v1/candidates/engaged",
    EngagedAmong,
    "Of which of these candidates a candidature was ever saved.",
    body=Candidates,
    reads=True,
)
erase_candidate = _ACCOUNTS.delete(
    _CANDIDATE,
    NoneType,
    "Erase the drafts of a deleted account; 409 once a candidature was saved.",
    problems=(problem.CANDIDATURE_EXISTS,),
)
erase_drafts = _ACCOUNTS.delete(
    f"{_CANDIDATE}/drafts",
    NoneType,
    "Erase the drafts of who asked for the erasure of their data; what was transmitted stays. "
    "Idempotent.",
)
read_version = Callers(service("documents")).get(
    f"{_CANDIDATURE}/versions/<version>",
    VersionEvent,
    "The event of a version, or of the current one.",
)
read_standing = Callers(service("documents")).get(
    f"{_CANDIDATURE}/standing",
    Standing,
    "What has become of a candidature; 404 also of one whose data are erased.",
)
