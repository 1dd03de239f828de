"""What was measured: printed as it comes, and written to bench.json as {name, value, unit, aim, held}."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WRITTEN = Path(__file__).parents[2] / "bench.json"
_figures: dict[str, dict[str, Any]] = {}


def record(name: str, value: float, unit: str, aim: float | None = None, at_most: bool = True) -> None:
    """Keep a figure; `aim` is what it shall be at most, or at least where `at_most` is false."""
    held = None if aim is None else (value <= aim if at_most else value >= aim)
    _figures[name] = {"name": name, "value": round(value, 3), "unit": unit, "aim": aim, "held": held}
    print(f"{name}: {value:.3g} {unit}{'' if held is not False else f' (aim {aim})'}", flush=True)
    WRITTEN.write_text(json.dumps([*_figures.values()], indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
