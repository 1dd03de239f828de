"""Forms and récapitulatifs as the gateway renders them (and never validates)."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields


class Described(fields.Nested):
    """A value that already has the form of its schema: described in OpenAPI, sent without being serialised again.
    (Copying a list of two hundred countries option by option would be slower than the rest of the page.)"""

    def _serialize(self, nested_obj: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        return nested_obj


class Option(Schema):
    value = fields.String()
    label = fields.String()
    group = fields.String()
    hint = fields.String()


class Proposal(Schema):
    value = fields.String()
    label = fields.String()
    sentence = fields.String()


class Explanation(Schema):
    label = fields.String()
    text = fields.String()


class Guidance(Schema):
    title = fields.String()
    explanations = fields.List(fields.Nested(Explanation))
    notice = fields.String(allow_none=True)


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
    browse = fields.String()
    proposals = fields.List(fields.Nested(Proposal))
    guidance = fields.Nested(Guidance)


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
