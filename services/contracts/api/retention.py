"""The API of registrations for administrators: what is to be erased of which session, and which are
held back."""

from types import NoneType
from typing import Annotated

from marshmallow import fields, validate
from msgspec import Meta

from services.contracts import problem_types as problem
from services.contracts.api.fields import Text
from services.contracts.api.given import Given, given
from services.contracts.api.operation import Answered, Callers, Instant, staff
from services.contracts.registration_rules import CODE_LENGTH, REASON_LENGTH

TITLE = "Conservation des données"


class SessionWithReason(Given):
    exam: str = given(fields.String(required=True, validate=validate.Length(1, CODE_LENGTH)))
    session: str = given(fields.String(required=True, validate=validate.Length(1, CODE_LENGTH)))
    reason: str = given(Text(REASON_LENGTH, required=True))


class Hold(Answered):
    reason: str
    held_at: Instant


class PlannedErasure(Answered):
    """A kind of data of a session."""

    exam: str
    session: str
    exam_label: str
    session_label: str
    kind: Annotated[str, Meta(description="Code de catalogue/retention.yaml")]
    kind_label: str
    due_at: Annotated[Instant, Meta(description="À partir de quand ces données sont effacées")]
    candidatures: Annotated[int, Meta(description="Combien de candidatures sont concernées")]
    erased: Annotated[int, Meta(description="Combien de candidatures le sont déjà")]
    hold: Annotated[
        Hold | None, Meta(description="Pourquoi rien n'est effacé, si la session est suspendue")
    ]


class RetentionPlan(Answered):
    """`until`: a month from now. Sessions come by date, then by exam."""

    until: Instant
    erasures: tuple[PlannedErasure, ...]


_MANAGE = Callers(staff("openings:manage"))

read_plan = _MANAGE.get(
    "/v1/staff/retention",
    RetentionPlan,
    "What is to be erased within a month, or is held back, by session and kind of data. Nothing is "
    "erased by it.",
)
hold_session = _MANAGE.post(
    "/v1/staff/retention/holds",
    NoneType,
    "« Suspendre »: erase nothing of a session until it is released, with a reason: an appeal, a "
    "lawsuit.",
    body=SessionWithReason,
    problems=(problem.NOT_FOUND,),
    asks_code=True,
)
release_session = _MANAGE.post(
    "/v1/staff/retention/releases",
    NoneType,
    "« Reprendre »: what is due of a session is erased again. A repeat changes nothing.",
    body=SessionWithReason,
    asks_code=True,
)
