"""What services publish of their API, as kept in docs/api: `python -m tests.architecture.openapi` writes it anew."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from deploy.service_names import SERVICES
from tests.architecture.apps import build

FOLDER = Path(__file__).parents[2] / "docs" / "api"


def published(service: str, folder: Path) -> str:
    """The OpenAPI description of a service as JSON text, in a stable order; `folder` holds its database meanwhile."""
    answer = build(service, folder).test_client().get("/openapi.json")
    return json.dumps(answer.get_json(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for service in SERVICES:
            (FOLDER / f"{service}.json").write_text(published(service, Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
