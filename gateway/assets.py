"""Where the pages' style sheets, scripts and fonts are served from.

`assets_build` writes them under a folder named after their content, so that browsers may keep them for ever; the
manifest it leaves says which folder is the current one.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STATIC_FOLDER = Path(__file__).parent / "static"
STATIC_PREFIX = "/static"


class AssetsMissing(RuntimeError):
    """The assets were never built: `make assets` does it."""


class UnknownAsset(KeyError):
    """A template names a file that `assets.txt` does not list."""


@dataclass(frozen=True)
class Assets:
    """The built files: `base` is the folder's name, `files` maps each path to its size or digest."""

    base: str
    files: dict[str, Any]

    def url(self, path: str) -> str:
        """Address of a built file such as « portail.css »; raises UnknownAsset on a name that was not built."""
        if path not in self.files:
            raise UnknownAsset(path)
        return f"{STATIC_PREFIX}/{self.base}/{path}"


def load_assets(static_folder: Path = STATIC_FOLDER) -> Assets:
    """Read `manifest.json`; raises AssetsMissing where nothing was built."""
    try:
        manifest = json.loads((static_folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise AssetsMissing(f"{static_folder}/manifest.json : lancez « make assets »") from error
    return Assets(base=manifest["base"], files=manifest["files"])


_loaded: dict[str, Assets] = {}


def asset_url(path: str) -> str:
    """Address of a built file; the manifest is read once per process."""
    if "current" not in _loaded:
        _loaded["current"] = load_assets()
    return _loaded["current"].url(path)
