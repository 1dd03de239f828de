"""The API of registrations for drafts: begun or resumed, read and written tab by tab, saved or
abandoned."""

from collections.abc import Mapping
from types import NoneType
from typing import Annotated

from marshmallow import ValidationError, fields, validate
from msgspec import Meta

from services.contracts import problem_types as problem
from services.contracts import registration_rules as rules
from services.contracts.api.fields import ReadField, Text
from services.contracts.api.forms import Form, FormField, Mistake, Suggestions
from services.contracts.api.given import Given, given
from services.contracts.api.operation import (
    CANDIDATE,
    Answered,
    Callers,
    End,
    Instant,
    one_of,
    staff,
)
from services.contracts.registrations import Contact, Recap

TITLE = "Brouillons"
LONGEST_ASSERTION = 8000  # characters of a signed identity
MAX_VALUES = 400  # fields of a tab, items of a list
TOO_MANY = "{max} champs au plus sont admis."


class TypedValue(ReadField[str | list[str]]):
    """Reads what was typed in one field: a text, or a list of texts for checkboxes."""

    def read(self, value: object) -> str | list[str]:
        items = value if isinstance(value, list) else [value]
        texts = [item for item in items if isinstance(item, str)]
        if len(texts) < len(items) or len(items) > MAX_VALUES:
            raise ValidationError("Un texte, ou une liste de textes, est attendu.")
        if any(len(text) > rules.FIELD_VALUE_LENGTH for text in texts):
            raise ValidationError(f"{rules.FIELD_VALUE_LENGTH} caractères au plus sont admis.")
        return texts if isinstance(value, list) else texts[0]


class Asserted(Given):
    """The caller's identity, as accounts signed it."""

    assertion: str = given(Text(LONGEST_ASSERTION, required=True))


class NewDraft(Asserted):
    opening_id: str = given(Text(required=True))


class IdentityHeader(Given):
    """The caller's identity, as accounts signed it, where the caller passes one on."""

    assertion: str | None = given(Text(LONGEST_ASSERTION, data_key="X-Identity", load_default=None))


class WrittenTab(Given):
    """The answers typed in a tab of a draft that was read with this revision."""

    revision: int = given(
        fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    )
    values: Mapping[str, str | list[str]] = given(
        fields.Dict(
            keys=Text(rules.FIELD_NAME_LENGTH),
            values=TypedValue(),
            required=True,
            validate=validate.Length(max=MAX_VALUES, error=TOO_MANY),
        )
    )
    action: str = given(
        fields.String(load_default=rules.NEXT, validate=validate.OneOf(rules.TAB_ACTIONS))
    )
    reason: str | None = given(
        Text(
            rules.REASON_LENGTH,
            load_default=None,
            metadata={"description": "D'une correction, jusqu'ici"},
        )
    )


class SearchQuery(Given):
    """The words `q` typed in a search field of a tab."""

    field: str = given(Text(required=True))
    q: str = given(Text(load_default=""))


class SavedDraft(Asserted):
    revision: int = given(
        fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    )


class TabState(Answered):
    number: int
    kind: str
    name: str
    title: str
    state: Annotated[str, one_of(rules.TAB_STATES)]


class ModifiedCandidature(Answered):
    name: Annotated[str, Meta(examples=["DUBOIS Pierre"])]
    numero_inscription: str
    version_label: str
    saved_at: Instant


class Obstacle(Answered):
    """Why a draft cannot be transmitted now."""

    reason: Annotated[str, one_of(rules.OBSTACLES)]
    detail: str
    candidature_id: Annotated[str | None, Meta(description="L'autre candidature")] = None


class Draft(Answered):
    id: str
    revision: int
    numero_candidat: str
    exam_label: str
    session_label: str
    academie_label: str
    opening_id: str
    closes_at: End
    candidature_id: Annotated[str | None, Meta(description="Celle qu'il modifie")]
    modified: ModifiedCandidature | None
    obstacles: Annotated[tuple[Obstacle, ...], Meta(description="Aucun : il peut être transmis")]
    contact: Contact
    tabs: tuple[TabState, ...]
    current: int
    updated_at: Instant
    saved_candidature_id: str | None


class EpreuveField(Answered):
    """An épreuve of the tab « Epreuves », fixed where `position` is null."""

    code: str
    title: str
    group: Annotated[str, one_of(("obligatoires", "facultatives"))]
    parent: str | None
    position: FormField | None
    position_label: str
    option: FormField | None
    mode_label: str | None
    notes: tuple[str, ...]


class Change(Answered):
    """A difference from the version before; `before` is empty for a new line, `after` for a removed
    one."""

    section: str
    label: str
    before: str
    after: str


class RuleRefusal(Answered):
    rule: Annotated[str, Meta(examples=["progressive_at_least"])]
    detail: str


class Tab(Answered):
    number: int
    kind: str
    name: str
    title: str
    revision: int
    form: Form | None
    recap: Recap | None
    epreuves: tuple[EpreuveField, ...] | None
    notices: tuple[str, ...]
    paragraphs: tuple[str, ...]
    errors: tuple[Mistake, ...]
    changes: Annotated[tuple[Change, ...], Meta(description="D'une correction, jusqu'ici")]
    refusals: Annotated[
        tuple[RuleRefusal, ...], Meta(description="D'une correction : les règles qui la refusent")
    ]
    reason: Annotated[str, Meta(description="D'une correction : son motif, tel qu'il est saisi")]
    draft: Annotated[Draft, Meta(description="Dont il est un onglet, tel qu'il est")]


class Going(Answered):
    """The draft's new revision, and the number of the tab to show next."""

    revision: int
    goto: int


class SavedVersion(Answered):
    candidature_id: str
    version: int


class Offered(Answered):
    """A spécialité."""

    code: str
    label: Annotated[str, Meta(examples=["Management commercial opérationnel (31213)"])]
    acronym: str | None


class Domain(Answered):
    label: str
    specialites: tuple[Offered, ...]


class Domains(Answered):
    domains: tuple[Domain, ...]


class AskedEpreuve(Answered):
    code: str
    label: str
    mandatory: bool
    parent: str | None


class AskedPiece(Answered):
    label: str
    certain: Annotated[
        bool, Meta(description="false : elle dépend de réponses qui ne sont pas encore données")
    ]


class Asked(Answered):
    """« Ce qui vous sera demandé »"""

    specialite: Offered
    epreuves: tuple[AskedEpreuve, ...]
    pieces: tuple[AskedPiece, ...]


_OWN = Callers(CANDIDATE)
_HELD = Callers(CANDIDATE, staff("candidatures:manage"))
"""A candidate's own, or a correction in the académies of a member of staff."""
_WRITING = (
    problem.WINDOW_CLOSED,
    problem.DRAFT_CHANGED,
    problem.DRAFT_SAVED,
    problem.IDENTITY_OUTDATED,
)
_DRAFT = "/v1/drafts/<draft_id>"
_TAB = "/v1/drafts/<draft_id>/tabs/<int:number>"

open_draft = _OWN.post(
    "/v1/drafts",
    Draft,
    "« Valider »: begin a draft for an opening, or resume the one there is.",
    body=NewDraft,
    status=201,
    other_statuses={200: "Le brouillon commencé auparavant"},
    problems=(
        problem.NOT_FOUND,
        problem.WINDOW_CLOSED,
        problem.CANDIDATURE_EXISTS,
        problem.IDENTITY_OUTDATED,
    ),
)
read_draft = _HELD.get(_DRAFT, Draft, "One draft; a saved one names its candidature.")
delete_draft = _HELD.delete(_DRAFT, NoneType, "Abandon a draft.", problems=(problem.DRAFT_SAVED,))
read_tab = _HELD.get(
    _TAB,
    Tab,
    "A tab as it was typed.",
    headers=IdentityHeader,
    problems=(problem.IDENTITY_OUTDATED,),
)
write_tab = _HELD.put(
    _TAB,
    Going,
    "Keep what was typed, right or not; « next » is refused while something is wrong.",
    headers=IdentityHeader,
    body=WrittenTab,
    problems=_WRITING,
)
search = _HELD.get(
    f"{_TAB}/search", Suggestions, "Proposals for a search field.", query=SearchQuery
)
save_draft = _OWN.post(
    f"{_DRAFT}/save",
    SavedVersion,
    "« Enregistrer ». Repeats answer the same; `/v1/candidatures/{id}/acknowledgement` says what "
    "was saved.",
    body=SavedDraft,
    status=201,
    problems=(*_WRITING, problem.CANDIDATURE_EXISTS, problem.INCOMPLETE, problem.CONFLICT),
)
list_specialites = _HELD.get(
    f"{_DRAFT}/specialites", Domains, "The spécialités of the draft's session, by domain."
)
read_specialite = _HELD.get(
    f"{_DRAFT}/specialites/<code>",
    Asked,
    "What one of them leads to be asked, as far as the draft decides it.",
)
