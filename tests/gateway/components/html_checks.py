"""What is wrong with a page, read strictly: what a browser forgives, people with a screen reader
pay for."""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import html5lib

# An element of lxml, which comes without types.
_Element = Any

_REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "for", "form", "headers")
_NOT_LABELLED = {"hidden", "submit", "button"}


def problems_of(page: str) -> list[str]:
    """Every mistake of a whole page, each in a sentence; an empty list is a good page."""
    document = parsed(page)
    checks = (
        _double_ids,
        _lost_references,
        _nameless_controls,
        _nameless_actions,
        _title,
        _headings,
        _inline,
    )
    return [problem for check in checks for problem in check(document)]


@lru_cache(maxsize=8)
def parsed(page: str) -> _Element:
    """The page as a tree, which nobody changes; raises html5lib's ParseError on anything that is
    not HTML 5."""
    parser = html5lib.HTMLParser(
        tree=html5lib.getTreeBuilder("lxml"), strict=True, namespaceHTMLElements=False
    )
    return parser.parse(page).getroot()


def text_of(element: _Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _double_ids(document: _Element) -> Iterator[str]:
    for identifier, count in Counter(document.xpath("//@id")).items():
        if count > 1:
            yield f"id {identifier} {count} times"


def _lost_references(document: _Element) -> Iterator[str]:
    known = set(document.xpath("//@id"))
    for attribute in _REFERENCES:
        for value in document.xpath(f"//@{attribute}"):
            for target in value.split():
                if target not in known:
                    yield f"{attribute}={target} leads nowhere"
    for link in document.xpath("//a/@href[starts-with(., '#')][string-length(.) > 1]"):
        if link[1:] not in known:
            yield f"link to {link} leads nowhere"


def _nameless_controls(document: _Element) -> Iterator[str]:
    labelled = set(document.xpath("//label/@for"))
    for control in document.xpath("//input|//select|//textarea"):
        if control.get("type") in _NOT_LABELLED:
            continue
        if (
            control.get("id") not in labelled
            and not control.get("aria-label")
            and not control.get("aria-labelledby")
        ):
            yield f"control {control.get('name')} has no label"


def _nameless_actions(document: _Element) -> Iterator[str]:
    for action in document.xpath("//button|//a|//summary|//legend|//label"):
        if not text_of(action) and not action.get("aria-label"):
            yield f"{action.tag} without words"


def _title(document: _Element) -> Iterator[str]:
    headings = document.xpath("//h1")
    if len(headings) != 1:
        yield f"{len(headings)} h1"
    elif not text_of(document.xpath("//title")[0]).startswith(text_of(headings[0])):
        yield "title does not start with h1"
    if document.get("lang") != "fr":
        yield "language not told"


def _headings(document: _Element) -> Iterator[str]:
    level = 0
    for heading in document.xpath("//h1|//h2|//h3|//h4|//h5|//h6"):
        next_level = int(heading.tag[1])
        # Before the h1 nothing is skipped: what stands there has no heading.
        if next_level > level + 1:
            yield f"{heading.tag} « {text_of(heading)} » after h{level}"
        level = next_level


def _inline(document: _Element) -> Iterator[str]:
    """The security policy forbids them, silently for who reads the page."""
    for element in document.xpath("//*[@style]|//style|//script[not(@src)]"):
        yield f"inline style or script in {element.tag}"
    for attribute in document.xpath("//@*[starts-with(name(), 'on')]"):
        yield f"inline handler {attribute.attrname}"
