"""What travels over the API of registrations, in and out. Instants are ISO 8601; labels and sentences are French."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

LONGEST_TEXT = 10_000  # characters typed into one field
MOST_VALUES = 400  # fields of a tab, items of a list


class Text(fields.String):
    """A bounded text."""

    def __init__(self, longest: int = 200, **options: Any) -> None:
        super().__init__(validate=validate.Length(max=longest), **options)


class TypedValue(fields.Field[Any]):
    """What was typed in one field: a text, or a list of texts for checkboxes."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | list[str]:
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in items) or len(items) > MOST_VALUES:
            raise ValidationError("Un texte, ou une liste de textes, est attendu.")
        if any(len(item) > LONGEST_TEXT for item in items):
            raise ValidationError(f"{LONGEST_TEXT} caractères au plus sont admis.")
        typed: str | list[str] = value
        return typed


class ChoicesQuery(Schema):
    purpose = fields.String(load_default="consult", validate=validate.OneOf(("consult", "register")))
    domaine = Text(load_default=None)
    exam = Text(load_default=None)
    session = Text(load_default=None)
    academie = Text(load_default=None)


class ChosenStep(Schema):
    name = fields.String()
    label = fields.String()
    value = fields.String()
    value_label = fields.String()


class Choice(Schema):
    value = fields.String()
    label = fields.String()


class NextStep(Schema):
    name = fields.String()
    question = fields.String()
    choices = fields.List(fields.Nested(Choice))


class OpeningInformation(Schema):
    opening_id = fields.String()
    state = fields.String(metadata={"enum": ["open", "not_yet", "closed"]})
    sentence = fields.String()
    opens = fields.AwareDateTime()
    closes = fields.AwareDateTime()
    residence_notice = fields.String()


class Selection(Schema):
    steps = fields.List(fields.Nested(ChosenStep))
    next = fields.Nested(NextStep, allow_none=True)
    information = fields.Nested(OpeningInformation, allow_none=True)
    empty_message = fields.String(allow_none=True)


class HomeMessage(Schema):
    id = fields.String()
    title = fields.String()
    text = fields.String()
    severity = fields.String(metadata={"enum": ["info", "warning", "error"]})


class NewDraft(Schema):
    opening_id = Text(required=True)
    assertion = Text(8000, required=True)


class Asserted(Schema):
    assertion = Text(8000, required=True)


class IdentityHeader(Schema):
    assertion = Text(8000, data_key="X-Identity", load_default=None)


class TabState(Schema):
    number = fields.Integer()
    kind = fields.String()
    name = fields.String()
    title = fields.String()
    state = fields.String(metadata={"enum": ["done", "current", "todo"]})


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
    tabs = fields.List(fields.Nested(TabState))
    current = fields.Integer()
    updated_at = fields.AwareDateTime()
    saved_candidature_id = fields.String(allow_none=True)


class Drafts(Schema):
    drafts = fields.List(fields.Nested(Draft))


class Option(Schema):
    value = fields.String()
    label = fields.String()
    group = fields.String()


class FormField(Schema):
    name = fields.String()
    label = fields.String()
    type = fields.String()
    required = fields.Boolean()
    value = fields.Raw(allow_none=True, metadata={"description": "as typed: a text, a list of texts or null"})
    hint = fields.String()
    options = fields.List(fields.Nested(Option))
    display = fields.String()
    disabled = fields.Boolean()
    autocomplete = fields.String()
    inputmode = fields.String()
    search = fields.String()
    placeholder = fields.String()
    refresh = fields.Boolean()


class FormSection(Schema):
    title = fields.String(allow_none=True)
    notice = fields.String(allow_none=True)
    fields_ = fields.List(fields.Nested(FormField), attribute="fields", data_key="fields")


class Form(Schema):
    sections = fields.List(fields.Nested(FormSection))


class Line(Schema):
    label = fields.String()
    value = fields.String()
    hint = fields.String(allow_none=True)


class RecapSection(Schema):
    title = fields.String()
    lines = fields.List(fields.Nested(Line))


class EpreuveLine(Schema):
    code = fields.String()
    label = fields.String()
    option = fields.String(allow_none=True)
    unit = fields.String(allow_none=True)
    parent = fields.String(allow_none=True)
    mandatory = fields.Boolean()
    position = fields.String()
    position_label = fields.String()
    mode_label = fields.String(allow_none=True)
    mark = fields.String(allow_none=True)
    hidden_on_pdf = fields.Boolean()


class Recap(Schema):
    numero_candidat = fields.String()
    warning = fields.String(allow_none=True)
    sections = fields.List(fields.Nested(RecapSection))
    epreuves = fields.List(fields.Nested(EpreuveLine))


class EpreuveField(Schema):
    code = fields.String()
    title = fields.String()
    group = fields.String(metadata={"enum": ["obligatoires", "facultatives"]})
    parent = fields.String(allow_none=True)
    position = fields.Nested(FormField, allow_none=True)
    position_label = fields.String()
    option = fields.Nested(FormField, allow_none=True)
    mode_label = fields.String(allow_none=True)
    notes = fields.List(fields.String())


class Mistake(Schema):
    pointer = fields.String()
    detail = fields.String()


class Tab(Schema):
    number = fields.Integer()
    kind = fields.String()
    name = fields.String()
    title = fields.String()
    revision = fields.Integer()
    form = fields.Nested(Form, allow_none=True)
    recap = fields.Nested(Recap, allow_none=True)
    epreuves = fields.List(fields.Nested(EpreuveField), allow_none=True)
    notices = fields.List(fields.String())
    paragraphs = fields.List(fields.String())
    errors = fields.List(fields.Nested(Mistake))


class WrittenTab(Schema):
    revision = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    values = fields.Dict(keys=Text(), values=TypedValue(), required=True, validate=validate.Length(max=MOST_VALUES))
    action = fields.String(load_default="next", validate=validate.OneOf(("next", "previous", "stay")))


class Going(Schema):
    revision = fields.Integer()
    goto = fields.Integer()


class SearchQuery(Schema):
    field = Text(required=True)
    q = Text(load_default="")


class Options(Schema):
    options = fields.List(fields.Nested(Option))


class SavedDraft(Schema):
    revision = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    assertion = Text(8000, required=True)


class Contact(Schema):
    title = fields.String()
    lines = fields.List(fields.String())
    telephone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)


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
    modifiable = fields.Boolean()
    contact = fields.Nested(Contact)


class Tiles(Schema):
    candidatures = fields.List(fields.Nested(Tile))


class Candidature(Tile):
    recap = fields.Nested(Recap)


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
