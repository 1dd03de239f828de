"""Where the pages' style sheets, scripts, icons and fonts are served from.

`assets_build.mjs` names each after its content, so that browsers may keep it for ever; the manifest
it leaves says what the current ones are called.
"""

import json
from functools import cache
from pathlib import Path

STATIC_FOLDER = Path(__file__).parent / "static"
STATIC_PREFIX = "/static"


class AssetsMissing(RuntimeError):
    """The assets were never built: `make assets` does it."""


def load_assets(static_folder: Path = STATIC_FOLDER) -> dict[str, str]:
    """The name of each built file, by its source below style/ or in the design system. Raises
    AssetsMissing."""
    try:
        files: dict[str, str] = json.loads(
            (static_folder / "manifest.json").read_text(encoding="utf-8")
        )
    except FileNotFoundError as error:
        raise AssetsMissing(f"{static_folder}/manifest.json : lancez « make assets »") from error
    return files


_current_files = cache(load_assets)


def asset_url(path: str) -> str:
    """Address of a built file such as « portail.css »; raises KeyError on one that is not built."""
    return f"{STATIC_PREFIX}/{_current_files()[path]}"
