"""What services publish of their API, as kept in docs/api: `python -m tests.architecture.openapi` writes it anew."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from deploy.service_names import SERVICES
from tests.architecture.apps import build

FOLDER = Path(__file__).parents[2] / "docs" / "api"


def as_text(description: object) -> str:
    """An OpenAPI description as JSON in a stable order."""
    return json.dumps(description, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for service in SERVICES:
            answer = build(service, Path(folder)).test_client().get("/openapi.json")
            (FOLDER / f"{service}.json").write_text(as_text(answer.get_json()), encoding="utf-8")


if __name__ == "__main__":
    main()
