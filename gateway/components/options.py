"""The choices of a field. The same few hundred (countries, nationalities …) stand in most pages: each is read once and
written once, as long as there is room for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from markupsafe import Markup

KNOWN_AT_MOST = 4096
_CHOICE = Markup('<option value="{}"{}{}>{}</option>')
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
        """As a choice of a native list."""
        return self._written(_NOTHING)

    @property
    def chosen(self) -> Markup:
        return self._written(_SELECTED)

    def _written(self, selected: Markup) -> Markup:
        return _CHOICE.format(self.value, selected, _DISABLED if self.disabled else _NOTHING, self.label)


def read_option(raw: Any) -> Option:
    """An `Option` from JSON, from an Option, or from what is both its value and its label."""
    if isinstance(raw, Option):
        return raw
    if isinstance(raw, dict):
        given = raw.get
        return _known(raw["value"], raw["label"], given("group"), given("hint"), given("disabled", False))
    return _known(str(raw), str(raw))


def native_choices(options: Iterable[Option], chosen: frozenset[str]) -> Markup:
    """The lines of a native list, the `chosen` values selected."""
    lines = (option.chosen if option.value in chosen else option.unchosen for option in options)
    return Markup("\n    ".join(lines))  # noqa: S704 - each line is escaped already


_known = lru_cache(maxsize=KNOWN_AT_MOST)(Option)
