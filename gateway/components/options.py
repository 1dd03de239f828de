"""The options of a field. The same few hundred (countries, nationalities …) are in most pages: each is parsed and
rendered once, and cached."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from markupsafe import Markup

MAX_CACHED_OPTIONS = 4096
_OPTION = Markup('<option value="{}"{}{}>{}</option>')
_SELECTED, _DISABLED, _NOTHING = Markup(" selected"), Markup(" disabled"), Markup()


@dataclass(frozen=True)
class Option:
    """One choice of a list; `group` titles a group of a native select."""

    value: str
    label: str
    group: str | None = None
    hint: str | None = None
    disabled: bool = False

    @cached_property
    def unchosen(self) -> Markup:
        """As an <option> of a native list that is not selected."""
        return self._render(_NOTHING)

    @property
    def chosen(self) -> Markup:
        return self._render(_SELECTED)

    def _render(self, selected: Markup) -> Markup:
        return _OPTION.format(self.value, selected, _DISABLED if self.disabled else _NOTHING, self.label)


def read_option(raw: Any) -> Option:
    """An `Option` from JSON, from an Option, or from what is both its value and its label."""
    if isinstance(raw, Option):
        return raw
    if isinstance(raw, dict):
        return _cached_option(raw["value"], raw["label"], raw.get("group"), raw.get("hint"), raw.get("disabled", False))
    return _cached_option(str(raw), str(raw))


def native_choices(options: Iterable[Option], chosen: frozenset[str]) -> Markup:
    """The lines of a native list, the `chosen` values selected."""
    lines = (option.chosen if option.value in chosen else option.unchosen for option in options)
    return Markup("\n    ".join(lines))  # noqa: S704 - each line is escaped already


_cached_option = lru_cache(maxsize=MAX_CACHED_OPTIONS)(Option)
