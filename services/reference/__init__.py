"""Read-only reference data and look-ups: countries, nationalities, départements, communes,
académies, CSP.

Standard library only, so that every service, its domain included, and the gateway may import it.
Each module reads its file under `data/` at the first call and keeps it; nothing here writes or does
any network.
"""

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


Content = dict[str, Any]
"""A file of `data/`, or an object in it, as JSON: of a shape of its own, which tests hold."""


def read_json(name: str) -> Content:
    """Return the parsed content of `data/<name>`."""
    content: Content = json.loads((DATA / name).read_text(encoding="utf-8"))
    return content
