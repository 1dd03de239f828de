"""Nothing that our libraries say of an input reaches anybody in English."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from marshmallow import Schema, fields, validate
from werkzeug.exceptions import default_exceptions

from services.chassis.web.problems import DETAILS
from services.chassis.web.translations import in_french
from services.contracts.problem_types import BY_STATUS

WRITING = {"format"}  # said when an answer is made, never of an input


def sentences() -> Iterator[str]:
    """Every sentence of marshmallow's fields and validators, its blanks filled in."""
    for field in (type for _, type in inspect.getmembers(fields, inspect.isclass) if issubclass(type, fields.Field)):
        for key, text in field.default_error_messages.items():
            if key not in WRITING:
                yield from _filled(str(text))
    yield from (str(text) for text in Schema._default_error_messages.values())
    for _, validator in inspect.getmembers(validate, inspect.isclass):
        texts = [text for name, text in vars(validator).items() if name in ("default_message",)]
        texts += [text for name, text in vars(validator).items() if re.fullmatch("message_(min|max|all|equal)", name)]
        for text in texts:
            yield from _filled(text)
    for inclusive in (True, False):
        least = validate.Range(min=1, min_inclusive=inclusive)
        most = validate.Range(max=2, max_inclusive=inclusive)
        yield from (str(least._format_error(0, least.message_min)), str(most._format_error(3, most.message_max)))
    both = validate.Range(min=1, max=2)
    yield str(both._format_error(3, both.message_all))


def _filled(text: str) -> Iterator[str]:
    if "_op}" in text:
        return  # a bound's own words are those of Range
    kinds = ("datetime", "time", "date") if "{obj_type}" in text else ("",)
    for kind in kinds:
        for aware in ("aware", "naive") if "{awareness}" in text and kind == "datetime" else ("",):
            if "{awareness}" not in text or aware:
                filled = text.replace("{obj_type}", kind).replace("{awareness}", aware)
                yield re.sub(r"\{\w+\}", "7", filled)


def test_what_a_library_says_of_an_input_is_said_in_french() -> None:
    assert [sentence for sentence in sorted(set(sentences())) if not _is_said_in_french(sentence)] == []


def _is_said_in_french(sentence: str) -> bool:
    french = in_french(sentence)
    same_numbers = re.findall(r"\d+", french) == re.findall(r"\d+", sentence)
    return french != sentence and (same_numbers or "UTF-8" in french or "8601" in french)


def test_what_we_say_ourselves_stays_as_it_is() -> None:
    for own in ("Un texte est attendu.", "254 caractères au plus sont admis.", "Un {objet} curieux"):
        assert in_french(own) == own


def test_every_refusal_of_the_web_server_has_a_french_title() -> None:
    assert {400, 404, 405, 408, 411, 413, 414, 415, 431} <= set(default_exceptions)
    for status in (400, 404, 405, 408, 411, 413, 414, 415, 431):
        assert BY_STATUS[status].title
    assert all(detail.endswith(".") for detail in DETAILS.values())
