"""Who may call what: every route of every application, grouped by the access that it asks for.

A route that is missing here fails `test_access.py`; a page that is missing from the pictures fails `tests/screens`.
"""

from collections.abc import Iterable, Iterator

from services.contracts.api import served
from services.contracts.api.operation import Section
from tests.architecture.gateway_ledger import GATEWAY, PROBED, PUBLIC

SECTIONS = tuple(section for sections in served.SECTIONS.values() for section in sections)
_DESCRIBED = f"""
    {PROBED}
    GET /openapi.json
"""


def _declared(sections: Iterable[Section]) -> dict[str, str]:
    """The operations of a service that are declared, in the ledger's form."""
    by_access = {PUBLIC: _DESCRIBED}
    for operation in (operation for section in sections for operation in section.operations):
        who = " or ".join(map(str, operation.access))
        by_access[who] = f"{by_access.get(who, '')}\n{operation.method} {operation.path}"
    return by_access


_METHODS = {"PAGE": "GET"}
LEDGER: dict[str, dict[str, str]] = {
    **{service: _declared(sections) for service, sections in served.SECTIONS.items()},
    "gateway": GATEWAY,
}


def routes_of(app: str) -> set[tuple[str, str, str]]:
    """(method, rule, access) of everything listed for `app`."""
    return {(_METHODS.get(word, word), rule, who) for word, rule, who in _entries(app)}


def pages() -> set[str]:
    return {rule for word, rule, _ in _entries("gateway") if word == "PAGE"}


def _entries(app: str) -> Iterator[tuple[str, str, str]]:
    """(method or PAGE, rule, access) of each address and method."""
    for who, listed in LEDGER[app].items():
        for words, _, rule in (line.strip().partition(" /") for line in listed.splitlines() if line.strip()):
            yield from ((word, f"/{rule}", who) for word in words.split(", "))
