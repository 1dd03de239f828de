"""Forms as services describe them and the gateway renders them (and never validates), and what is
posted with them.

A form is made of dicts, which are passed on as they are: a list of two hundred countries is not
copied for each page.
"""

from typing import Annotated, Any, TypedDict

from msgspec import Meta

from services.contracts.api.operation import Answered


class Option(TypedDict, total=False):
    value: str
    label: str
    group: str
    hint: str


class Proposal(TypedDict, total=False):
    value: str
    label: str
    sentence: str


class Explanation(TypedDict, total=False):
    label: str
    text: str


class Guidance(TypedDict, total=False):
    title: str
    explanations: list[Explanation]
    notice: str | None


class FormField(TypedDict, total=False):
    name: str
    label: str
    type: str
    required: bool
    value: Annotated[Any, Meta(description="Comme saisi : un texte, une liste de textes ou null")]
    hint: str
    options: list[Option]
    display: str
    disabled: bool
    autocomplete: str
    inputmode: str
    search: str
    placeholder: str
    refresh: bool
    browse: str
    proposals: list[Proposal]
    guidance: Guidance


class FormSection(TypedDict, total=False):
    title: str | None
    notice: str | None
    fields: list[FormField]


class Form(TypedDict):
    sections: list[FormSection]


class Mistake(TypedDict):
    """A mistake in a field, which its JSON pointer names."""

    pointer: str
    detail: str


class Suggestions(Answered):
    """The options that match the words typed; `advice`: what to do if the wanted one is not among
    them."""

    options: tuple[Option, ...]
    advice: str | None = None
