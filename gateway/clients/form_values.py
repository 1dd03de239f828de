"""The values posted with a form, as services take them."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.components.posted_searches import without_outdated_choices

Values = dict[str, str | list[str]]


def posted_values(form: Mapping[str, list[str]], *, leave: tuple[str, ...] = ()) -> Values:
    """The posted values by field name, exactly as typed: a text, or a list if the name was posted several times.
    `leave`: names to leave out.

    NUL characters are removed: they cannot be typed, and services refuse a text that contains one.
    """
    posted = {
        name: [value.replace("\0", "") for value in values] for name, values in without_outdated_choices(form).items()
    }
    return {name: values[0] if len(values) == 1 else values for name, values in posted.items() if name not in leave}
