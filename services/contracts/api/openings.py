"""The API of registrations for everyone: the choice of an opening, step by step, and the home
page's messages."""

from typing import Annotated

from marshmallow import fields, validate
from msgspec import Meta

from services.contracts import page_labels
from services.contracts.api.fields import Text
from services.contracts.api.given import Given, given
from services.contracts.api.operation import PUBLIC, Answered, Callers, End, Instant, one_of
from services.contracts.registration_rules import SEVERITIES, Purpose, WindowState

TITLE = page_labels.OPENINGS


class ChoicesQuery(Given):
    """The choices made so far, step by step, and their purpose (the value of a `Purpose`)."""

    purpose: str = given(
        fields.String(
            load_default=Purpose.CONSULT.value,
            validate=validate.OneOf([purpose.value for purpose in Purpose]),
        )
    )
    domaine: str | None = given(Text(load_default=None))
    exam: str | None = given(Text(load_default=None))
    session: str | None = given(Text(load_default=None))
    academie: str | None = given(Text(load_default=None))


class ChosenStep(Answered):
    name: str
    label: str
    value: str
    value_label: str


class Choice(Answered):
    value: str
    label: str
    hint: Annotated[str | None, Meta(description="Les départements d'une académie")] = None


class NextStep(Answered):
    name: str
    question: str
    choices: tuple[Choice, ...]


class OpeningInformation(Answered):
    opening_id: str
    state: Annotated[str, one_of(WindowState)]
    sentence: str
    opens: Instant
    closes: End
    residence_notice: str


class Selection(Answered):
    """The state of the choice: exactly one of `next`, `information` and `empty_message` is set."""

    steps: tuple[ChosenStep, ...]
    next: NextStep | None = None
    information: OpeningInformation | None = None
    empty_message: str | None = None


class HomeMessage(Answered):
    id: str
    title: str
    text: str
    severity: Annotated[str, one_of(SEVERITIES)]


read_choices = Callers(PUBLIC).get(
    "/v1/openings/choices",
    Selection,
    "Where the picking stands: what was chosen, and what comes next or is known.",
    query=ChoicesQuery,
)
list_messages = Callers(PUBLIC).get("/v1/messages", list[HomeMessage], "The messages to show now.")
