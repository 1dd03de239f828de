"""Schemas of what the API takes and answers. Instants are ISO 8601; labels and sentences are French."""

from __future__ import annotations

import unicodedata
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.registrations.api.form_schemas import Described, EpreuveField, Form, Mistake, Option, Recap
from services.registrations.domain.lengths import FIELD_NAME, FIELD_VALUE
from services.registrations.domain.obstacles import REASONS
from services.registrations.operations.drafts import ACTIONS, NEXT

LONGEST_ASSERTION = 8000  # characters of a signed identity
MAX_VALUES = 400  # fields of a tab, items of a list
TOO_LONG = "{max} caractères au plus sont admis."
TOO_MANY = "{max} champs au plus sont admis."


class Text(fields.String):
    """A text of limited length that databases accept: no control characters, no lone surrogates."""

    def __init__(self, longest: int = 200, **options: Any) -> None:
        super().__init__(validate=(validate.Length(max=longest, error=TOO_LONG), _storable), **options)


def _storable(text: str) -> None:
    if text.isprintable():
        return
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text if character not in "\r\n\t"):
        raise ValidationError("Ce texte contient des caractères qui ne sont pas admis.")


class TypedValue(fields.Field[Any]):
    """What was typed in one field: a text, or a list of texts for checkboxes."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | list[str]:
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in items) or len(items) > MAX_VALUES:
            raise ValidationError("Un texte, ou une liste de textes, est attendu.")
        if any(len(item) > FIELD_VALUE for item in items):
            raise ValidationError(f"{FIELD_VALUE} caractères au plus sont admis.")
        typed: str | list[str] = value
        return typed


class NewDraft(Schema):
    opening_id = Text(required=True)
    assertion = Text(LONGEST_ASSERTION, required=True)


class Asserted(Schema):
    assertion = Text(LONGEST_ASSERTION, required=True)


class IdentityHeader(Schema):
    assertion = Text(LONGEST_ASSERTION, data_key="X-Identity", load_default=None)


class TabState(Schema):
    number = fields.Integer()
    kind = fields.String()
    name = fields.String()
    title = fields.String()
    state = fields.String(metadata={"enum": ["done", "current", "todo"]})


class Contact(Schema):
    title = fields.String()
    lines = fields.List(fields.String())
    telephone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)


class ModifiedCandidature(Schema):
    numero_inscription = fields.String()
    version_label = fields.String()
    saved_at = fields.AwareDateTime()


class Obstacle(Schema):
    reason = fields.String(metadata={"enum": list(REASONS)})
    detail = fields.String()
    candidature_id = fields.String(allow_none=True, metadata={"description": "the other candidature"})


class Draft(Schema):
    id = fields.String()
    revision = fields.Integer()
    numero_candidat = fields.String()
    exam_label = fields.String()
    session_label = fields.String()
    academie_label = fields.String()
    opening_id = fields.String()
    closes_at = fields.AwareDateTime()
    candidature_id = fields.String(allow_none=True, metadata={"description": "modification of"})
    modified = fields.Nested(ModifiedCandidature, allow_none=True)
    obstacles = Described(
        Obstacle, many=True, metadata={"description": "why it cannot be transmitted now; none: it can"}
    )
    contact = Described(Contact)
    tabs = Described(TabState, many=True)
    current = fields.Integer()
    updated_at = fields.AwareDateTime()
    saved_candidature_id = fields.String(allow_none=True)


class Drafts(Schema):
    drafts = fields.List(fields.Nested(Draft))


class Tab(Schema):
    number = fields.Integer()
    kind = fields.String()
    name = fields.String()
    title = fields.String()
    revision = fields.Integer()
    form = Described(Form, allow_none=True)
    recap = Described(Recap, allow_none=True)
    epreuves = Described(EpreuveField, many=True, allow_none=True)
    notices = fields.List(fields.String())
    paragraphs = fields.List(fields.String())
    errors = fields.List(fields.Nested(Mistake))
    draft = fields.Nested(Draft, metadata={"description": "of which it is a tab, as it stands"})


class WrittenTab(Schema):
    revision = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    values = fields.Dict(
        keys=Text(FIELD_NAME),
        values=TypedValue(),
        required=True,
        validate=validate.Length(max=MAX_VALUES, error=TOO_MANY),
    )
    action = fields.String(load_default=NEXT, validate=validate.OneOf(ACTIONS))


class Going(Schema):
    revision = fields.Integer()
    goto = fields.Integer()


class SearchQuery(Schema):
    field = Text(required=True)
    q = Text(load_default="")


class Options(Schema):
    options = fields.List(fields.Nested(Option))
    advice = fields.String(allow_none=True, metadata={"description": "why something is not there, what to do"})


class SavedDraft(Schema):
    revision = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    assertion = Text(LONGEST_ASSERTION, required=True)


class TabTitle(Schema):
    number = fields.Integer()
    title = fields.String()


class SavedVersion(Schema):
    candidature_id = fields.String()
    version = fields.Integer()


class Acknowledgement(Schema):
    candidature_id = fields.String()
    version = fields.Integer()
    version_label = fields.String()
    saved_sentence = fields.String()
    numero_candidat = fields.String()
    numero_inscription = fields.String()
    closes_sentence = fields.String()
    academie_label = fields.String()
    contact = fields.Nested(Contact)
    documents = fields.List(fields.String())
    warnings = fields.List(fields.String())
    tabs = fields.List(fields.Nested(TabTitle))


class Tile(Schema):
    id = fields.String()
    exam_label = fields.String()
    session_label = fields.String()
    academie_label = fields.String()
    specialite = fields.String(allow_none=True)
    numero_candidat = fields.String()
    numero_inscription = fields.String()
    version = fields.Integer()
    version_label = fields.String()
    saved_at = fields.AwareDateTime()
    closes_at = fields.AwareDateTime()
    closes_label = fields.String()
    modifiable = fields.Boolean()  # and may be withdrawn (domain/permitted_acts.py)
    contact = fields.Nested(Contact)


class Ecartee(Schema):
    """A candidature that its service gestionnaire set aside."""

    id = fields.String()
    exam_label = fields.String()
    session_label = fields.String()
    academie_label = fields.String()
    specialite = fields.String(allow_none=True)
    numero_inscription = fields.String()
    ended_at = fields.AwareDateTime()
    reason = fields.String(allow_none=True)
    contact = fields.Nested(Contact)


class Tiles(Schema):
    candidatures = fields.List(fields.Nested(Tile))
    ecartees = fields.List(fields.Nested(Ecartee))


class Mine(Tiles, Drafts):
    """« Mes inscriptions »"""


class Candidature(Tile):
    recap = Described(Recap)


class Empty(Schema):
    """A body without content."""


class HomeContact(Contact):
    academie_label = fields.String()


class ContactAnswer(Schema):
    contact = fields.Nested(HomeContact)


class OfferedForm(Schema):
    code = fields.String()
    title = fields.String()


class Forms(Schema):
    sentence = fields.String(allow_none=True)
    forms = fields.List(fields.Nested(OfferedForm))


class IdentityFloor(Schema):
    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=2_000_000_000))


class Engaged(Schema):
    engaged = fields.Boolean()


class VersionEvent(Schema):
    event_id = fields.String()
    data = fields.Dict(keys=fields.String())
