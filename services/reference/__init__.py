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


def read_json(name: str) -> dict[str, Any]:
    """The parsed content of `data/<name>`."""
    content: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return content
