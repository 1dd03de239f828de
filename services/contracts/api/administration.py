"""The API of registrations for administrators: dates of openings, incidents, messages, the
catalogue."""

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from datetime import datetime
from types import NoneType
from typing import Annotated

from marshmallow import ValidationError, fields, validate
from msgspec import Meta

from services.contracts import problem_types as problem
from services.contracts import registration_rules as rules
from services.contracts.account_rules import CATALOGUE_SCOPE
from services.contracts.api.fields import InstantField, Text
from services.contracts.api.given import Given, given, part
from services.contracts.api.openings import HomeMessage
from services.contracts.api.operation import Answered, Callers, End, Instant, one_of, staff

TITLE = "Ouvertures, incidents, messages et catalogue"
ZIP_TYPE = "application/zip"
MOST_MOVED = 200  # openings at a time: all of a session
MOST_EXTENDED = 1000  # openings at a time: all of every session that is open
CATALOGUE_SECONDS = 60.0  # thousands of lines of YAML, and a count of whom they concern
MAX_CATALOGUE_BYTES = 700 * 1024
"""The longest ZIP archive of a catalogue's folder. In base64, with which the page of its comparison
carries it, it is no longer than a form may be."""
_TOO_LARGE = f"L'archive dépasse {MAX_CATALOGUE_BYTES // 1024} Ko."


class OpeningDates(Answered):
    opens: Instant
    closes: End
    deposit_opens: Instant
    deposit_closes: End


class OpeningSummary(OpeningDates):
    """An opening with the dates in force."""

    id: str
    exam: str
    exam_label: str
    session: str
    session_label: str
    academie: str
    academie_label: str
    state: Annotated[str, one_of(rules.WindowState)]
    moved: Annotated[bool, Meta(description="Ces dates l'emportent sur celles du catalogue")]
    revision: Annotated[int, Meta(description="À renvoyer avec un changement de dates")]
    compared: Annotated[
        bool, Meta(description="Sinon, des candidatures restent à comparer à ces dates")
    ]


class Openings(Answered):
    openings: tuple[OpeningSummary, ...]


class OpeningChange(OpeningDates):
    reason: str
    changed_by: str
    changed_at: Instant


class OpeningDetail(OpeningSummary):
    """An opening, whom a change of its dates concerns, and the changes before, the newest first."""

    drafts: Annotated[int, Meta(description="Brouillons qui ne sont pas transmis")]
    candidatures: Annotated[int, Meta(description="Candidatures actives")]
    changes: tuple[OpeningChange, ...]


class OpeningMove(Answered):
    """An opening before a change of its dates, its dates after it, and what candidates lose by
    it."""

    opening: OpeningDetail
    after: OpeningDates
    losses: Annotated[
        tuple[str, ...], Meta(description="À confirmer (`confirmed`), une phrase chacune")
    ]


class OpeningRead(Given):
    """An opening, and the revision with which the caller read it."""

    id: str = given(Text(required=True))
    revision: int = given(fields.Integer(required=True))


class NewDates(Given):
    """The dates that openings are to have. A date that is left out, or null, stays as it is."""

    opens: datetime | None = given(InstantField(load_default=None, allow_none=True))
    closes: datetime | None = given(InstantField(load_default=None, allow_none=True))
    deposit_opens: datetime | None = given(InstantField(load_default=None, allow_none=True))
    deposit_closes: datetime | None = given(InstantField(load_default=None, allow_none=True))
    reason: str = given(Text(rules.REASON_LENGTH, required=True))
    confirmed: bool = given(
        fields.Boolean(
            load_default=False,
            metadata={"description": "Ce que les candidats y perdent (`losses`) a été lu"},
        )
    )
    openings: Sequence[OpeningRead] = given(
        fields.List(part(OpeningRead), required=True, validate=validate.Length(max=MOST_MOVED))
    )


class NewIncident(Given):
    """An incident that cut `periods` within [begins, ends). `title` and `text`: of the message that
    tells of it."""

    begins: datetime = given(InstantField(required=True))
    ends: datetime = given(InstantField(required=True))
    periods: Sequence[str] = given(
        fields.List(
            fields.String(validate=validate.OneOf(rules.PERIOD_LABELS)),
            required=True,
            validate=validate.Length(1),
            metadata={
                "description": ", ".join(
                    f"{code} : {label}" for code, label in rules.PERIOD_LABELS.items()
                )
            },
        )
    )
    title: str = given(Text(rules.MESSAGE_TITLE_LENGTH, required=True))
    text: str = given(Text(rules.MESSAGE_TEXT_LENGTH, required=True))
    reason: str = given(Text(rules.REASON_LENGTH, required=True))


class ExtendedOpening(OpeningRead):
    closes: datetime = given(InstantField(required=True))
    deposit_closes: datetime = given(InstantField(required=True))


class Extension(NewIncident):
    openings: Sequence[ExtendedOpening] = given(
        fields.List(
            part(ExtendedOpening), required=True, validate=validate.Length(1, MOST_EXTENDED)
        )
    )


class NewMessage(Given):
    """A message of the home page, to be shown within [shown_from, shown_until)."""

    title: str = given(Text(rules.MESSAGE_TITLE_LENGTH, required=True))
    text: str = given(Text(rules.MESSAGE_TEXT_LENGTH, required=True))
    severity: str = given(
        fields.String(
            required=True,
            validate=validate.OneOf(rules.SEVERITIES),
            metadata={
                "description": ", ".join(
                    f"{code} : {label}" for code, label in rules.SEVERITY_LABELS.items()
                )
            },
        )
    )
    shown_from: datetime = given(InstantField(required=True))
    shown_until: datetime = given(InstantField(required=True))


class PublishedMessage(HomeMessage):
    shown_from: Instant
    shown_until: End


class Messages(Answered):
    messages: tuple[PublishedMessage, ...]


class CreatedMessage(Answered):
    id: str


def _read_archive(text: str) -> bytes:
    """Return what a text in base64 of the alphabet for addresses (RFC 4648, 5) holds. Raises
    ValidationError for anything else, and for more than MAX_CATALOGUE_BYTES."""
    try:
        content = urlsafe_b64decode(text.encode("ascii"))
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ValidationError("Ce n'est pas du base64.") from error
    if len(content) > MAX_CATALOGUE_BYTES:
        raise ValidationError(_TOO_LARGE)
    return content


def _refuse_unreadable(text: str) -> None:
    _read_archive(text)


class CatalogueArchive(Given):
    archive: str = given(
        fields.String(
            required=True,
            validate=_refuse_unreadable,
            metadata={"description": "Archive ZIP du dossier, en base64url"},
        )
    )

    @property
    def content(self) -> bytes:
        """The ZIP archive itself."""
        return _read_archive(self.archive)


class CatalogueToLoad(CatalogueArchive):
    etag: str = given(
        fields.String(
            required=True,
            validate=validate.Length(max=64),
            metadata={"description": "De la comparaison qui a été lue"},
        )
    )


class ConcernedSession(Answered):
    """A session of an exam that changes, and how many drafts and candidatures that concerns."""

    session: str
    label: str
    drafts: Annotated[int, Meta(description="Brouillons qui ne sont pas transmis")]
    candidatures: Annotated[int, Meta(description="Candidatures actives")]


class Difference(Answered):
    """`before` is empty for what is added, `after` for what is taken away."""

    where: Annotated[
        str, Meta(examples=["BTS, spécialité 31310, version …-…, épreuve E2, intitulé"])
    ]
    before: str
    after: str


class ComparedExam(Answered):
    code: str
    label: str
    is_new: bool
    changes: Annotated[int, Meta(description="Combien de changements en tout")]
    differences: Annotated[tuple[Difference, ...], Meta(description="Les premiers changements")]
    sessions: tuple[ConcernedSession, ...]


class CatalogueComparison(Answered):
    """`etag` names the archive and what it was compared with."""

    etag: Annotated[str, Meta(description="À renvoyer pour charger cette archive")]
    exams: tuple[ComparedExam, ...]
    left: Annotated[tuple[str, ...], Meta(description="Examens en vigueur que l'archive n'a pas")]
    new_etablissements: int
    changed_etablissements: int


class ExamInForce(Answered):
    code: str
    label: str
    sessions: Annotated[tuple[str, ...], Meta(description="Leurs libellés")]
    loaded_at: Instant
    loaded_by_staff: Annotated[
        bool, Meta(description="Par un administrateur ; sinon par une commande")
    ]
    has_files: Annotated[bool, Meta(description="Si ses fichiers peuvent être téléchargés")]


class ExamsInForce(Answered):
    exams: tuple[ExamInForce, ...]


_MANAGE = Callers(staff("openings:manage"))
_CATALOGUE = Callers(staff(CATALOGUE_SCOPE))

list_openings = _MANAGE.get(
    "/v1/staff/openings",
    Openings,
    "Every opening with the dates in force, the newest session first.",
)
read_opening = _MANAGE.get(
    "/v1/staff/openings/<opening_id>",
    OpeningDetail,
    "An opening, whom a change of its dates concerns, and the changes before.",
)
preview_dates = _MANAGE.post(
    "/v1/staff/openings/dates/preview",
    list[OpeningMove],
    "Whom dates for these openings concern, and what candidates lose by them; nothing is written.",
    body=NewDates,
    problems=(problem.PRECONDITION_FAILED,),
    reads=True,
)
change_dates = _MANAGE.post(
    "/v1/staff/openings/dates",
    NoneType,
    "Set dates for openings, all or none of them, with a reason; they take precedence over the "
    "catalogue. Refused where they have changed since, and where candidates lose something by it "
    "that is not confirmed.",
    body=NewDates,
    problems=(problem.PRECONDITION_FAILED,),
    asks_code=True,
)
preview_incident = _MANAGE.post(
    "/v1/staff/incidents/preview",
    list[OpeningMove],
    "The openings that an incident cut, with the new ends that the rules of their exams propose; "
    "nothing is written.",
    body=NewIncident,
    reads=True,
)
extend_periods = _MANAGE.post(
    "/v1/staff/incidents",
    NoneType,
    "Note an incident and give openings these ends, all or none of them; `title` and `text` are "
    "shown on the home page until the last of them. Refused where dates have changed since they "
    "were read. Repeated, it changes nothing.",
    body=Extension,
    problems=(problem.PRECONDITION_FAILED, problem.NOT_FOUND),
    asks_code=True,
)
list_messages = _MANAGE.get(
    "/v1/staff/messages", Messages, "Messages of the past, of the moment and to come."
)
publish_message = _MANAGE.post(
    "/v1/staff/messages",
    CreatedMessage,
    "Publish a message, shown from `shown_from` until `shown_until` (excluded).",
    body=NewMessage,
    status=201,
)
withdraw_message = _MANAGE.delete(
    "/v1/staff/messages/<message_id>", NoneType, "Take a message off at once."
)

list_exams = _CATALOGUE.get(
    "/v1/staff/catalogues",
    ExamsInForce,
    "The exams in force, with their sessions and when they were loaded.",
)
read_files = _CATALOGUE.get(
    "/v1/staff/catalogues/<code>/files",
    bytes,
    "The files that an exam in force was loaded from, as a ZIP archive that can be compared and "
    "loaded again.",
    media_type=ZIP_TYPE,
)
compare_catalogue = _CATALOGUE.post(
    "/v1/staff/catalogues/comparison",
    CatalogueComparison,
    "What an archive would change, and for whom; nothing is written. Its mistakes: `mistakes`, by "
    "file and line.",
    body=CatalogueArchive,
    seconds=CATALOGUE_SECONDS,
)
load_catalogue = _CATALOGUE.post(
    "/v1/staff/catalogues",
    NoneType,
    "Put an archive's catalogue in force, all or nothing. Refused where another was loaded since "
    "the comparison.",
    body=CatalogueToLoad,
    seconds=CATALOGUE_SECONDS,
    problems=(problem.PRECONDITION_FAILED,),
    asks_code=True,
)
