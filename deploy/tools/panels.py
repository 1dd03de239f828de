"""Asks a Prometheus what the dashboard's panels ask, and prints the answers: `make panels PROMETHEUS=URL`."""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

import yaml

from deploy.tools.dashboards import FOLDER, NO_VALUE

SECONDS = 30.0
NOTHING_HAPPENED = "—"
"""Of a ratio or a quantile of nothing: no request in that time."""
_LABEL = re.compile(r"{{(\w+)}}")

Json = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Ends with a sentence where Prometheus does not answer."""
    parser = argparse.ArgumentParser(prog="python -m deploy.tools.panels", description=__doc__)
    parser.add_argument("url", help="of Prometheus")
    parser.add_argument("--row", default="", help="rows whose title has these words")
    parser.add_argument("--at", help="an instant that is over: 2026-11-28T21:05:00Z")
    asked = parser.parse_args(arguments)
    try:
        shown = "\n".join(lines(asked.url, asked.row, asked.at))
    except (OSError, ValueError, HTTPException) as error:  # unreachable or silent, no address, no answer of Prometheus
        sys.exit(f"{asked.url}: {error}")
    print(shown)
    return 0


def lines(url: str, words: str = "", at: str | None = None) -> Iterator[str]:
    """Rows, panels and what each shows, at an instant (RFC 3339; None: now).

    Raises OSError, ValueError or HTTPException where no Prometheus answers.
    """
    for row in yaml.safe_load((FOLDER / "panels.yml").read_text(encoding="utf-8")):
        if words.lower() not in row["row"].lower():
            continue
        yield row["row"]
        for panel in row["panels"]:
            yield f"  {panel['title']}"
            shown = [
                f"    {_legend(legend, sample['metric'])}: {_value(sample['value'][1], panel.get('unit'))}"
                for legend, query in panel["queries"].items()
                for sample in _answers(url, query, at)
            ]
            yield from shown or [f"    {NO_VALUE}"]


def _answers(url: str, query: str, at: str | None) -> list[Json]:
    asked = {"query": query} | ({"time": at} if at else {})
    address = f"{url.rstrip('/')}/api/v1/query?{urlencode(asked)}"
    with urllib.request.urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 - the operator's own address
        return list(json.load(answer)["data"]["result"])


def _legend(legend: str, labels: Mapping[str, str]) -> str:
    """As Grafana writes it; where there is no legend, all labels."""
    if not legend:
        return " ".join(f"{name}={value}" for name, value in labels.items())
    return _LABEL.sub(lambda name: labels.get(name[1], ""), legend)


def _value(text: str, unit: str | None) -> str:
    value = float(text)
    if math.isnan(value):
        return NOTHING_HAPPENED
    if unit == "percentunit":
        return f"{value:.0%}"
    return f"{value:.3g} s" if unit == "s" else f"{value:.6g}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
