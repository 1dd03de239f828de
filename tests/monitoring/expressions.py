"""What a PromQL expression names: series with the labels asked for, and labels that it groups by."""

from __future__ import annotations

import re
from collections.abc import Mapping

_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_SELECTOR = re.compile(r"(?<![\w.:])([a-zA-Z_:][\w:]*)\s*(?:\{([^}]*)\})?(?!\s*\()(?![\w:])")
_MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_RANGE = re.compile(r"\[[^\]]*\]")
_OPERATORS = {"and", "or", "unless", "bool", "offset"}
OF_PROMETHEUS = {
    "up": frozenset[str](),
    "ALERTS": frozenset({"alertname", "alertstate", "severity", "service", "pool", "called", "channel"}),
    "process_cpu_seconds_total": frozenset[str](),  # of its client library, in each process
}
OF_TARGETS = frozenset({"job", "instance"})
"""Labels that Prometheus itself adds to every series."""


def selectors(expression: str) -> list[tuple[str, frozenset[str]]]:
    """The series that the expression reads, each with the labels that are asked for."""
    bare = _RANGE.sub("", _GROUPING.sub("", expression))
    read = [(name, frozenset(_MATCHER.findall(matchers or ""))) for name, matchers in _SELECTOR.findall(bare)]
    return [(name, labels) for name, labels in read if name not in _OPERATORS]


def grouped_labels(expression: str) -> set[str]:
    return {label for group in _GROUPING.findall(expression) for label in re.findall(r"\w+", group)}


def unknown_names(expression: str, series: Mapping[str, frozenset[str]]) -> set[str]:
    """Series of the expression that nobody exports, and labels that none, or one of its series, does not have."""
    known = {**series, **OF_PROMETHEUS}
    unknown: set[str] = set()
    for name, labels in selectors(expression):
        if name not in known:
            unknown.add(name)
            continue
        wanted = labels | grouped_labels(expression)
        unknown |= {f"{name}{{{label}}}" for label in wanted - known[name] - OF_TARGETS}
    return unknown
