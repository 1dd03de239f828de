"""Builds what browsers load: bundles of the design system's parts in use and of our own style and script.

Reads `assets.txt`; writes `static/<version>-<digest>/` and `static/manifest.json`. Standard library only, so that it
runs before anything is installed.
"""

import gzip
import hashlib
import json
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

GATEWAY = Path(__file__).parent
COPIED_AS_IS = "files"
_URL = re.compile(r"url\((['\"]?)(?!data:)([^)'\"]+)\1\)")
_SOURCE_MAP = re.compile(r"//# sourceMappingURL=.*$|/\*# sourceMappingURL=[^*]*\*/", re.MULTILINE)
_CHARSET = '@charset "UTF-8";'
_COMPRESSIBLE = {".css", ".js", ".svg", ".json"}


class AssetListError(ValueError):
    """`assets.txt` names something that cannot be built; the message says which line."""


@dataclass
class AssetBuild:
    """One build in memory: where files come from, and what was produced by path."""

    dist: Path
    own: Path = GATEWAY
    produced: dict[str, bytes] = field(default_factory=dict)

    def source(self, path: str) -> Path:
        """The file a line names: ours under style/, Swagger UI's under swagger-ui-dist/, else the design system's."""
        folders = {"style": self.own, "swagger-ui-dist": self.dist.parents[2]}
        file = folders.get(path.partition("/")[0], self.dist) / path
        if not file.is_file():
            raise AssetListError(f"assets.txt : {path} n'existe pas")
        return file

    def copy(self, path: str) -> None:
        self.produced.setdefault(path, self.source(path).read_bytes())

    def bundle(self, name: str, paths: list[str]) -> None:
        style = name.endswith(".css")
        join = self._joined_style if style else self._joined_script
        parts = [_CHARSET] if style else []
        self.produced[name] = "\n".join([*parts, *(join(path) for path in paths)]).encode()

    def _joined_style(self, path: str) -> str:
        folder = PurePosixPath("" if path.startswith("style/") else PurePosixPath(path).parent)

        def rewrite_url(match: re.Match[str]) -> str:
            target = normal_path(folder / match[2].split("#")[0].split("?")[0])
            self.copy(target)
            return f"url({target})"

        text = _SOURCE_MAP.sub("", self.source(path).read_text(encoding="utf-8"))
        return _URL.sub(rewrite_url, text.replace(_CHARSET, ""))

    def _joined_script(self, path: str) -> str:
        # Parts declare names at top level: a block for each avoids collisions in the joined module.
        return "{\n" + _SOURCE_MAP.sub("", self.source(path).read_text(encoding="utf-8")) + "\n}"

    def digest(self) -> str:
        total = hashlib.sha256()
        for path in sorted(self.produced):
            total.update(path.encode() + b"\0" + self.produced[path] + b"\0")
        return total.hexdigest()[:12]


def normal_path(path: PurePosixPath) -> str:
    """« component/x/../../icons/a.svg » → « icons/a.svg »; refuses to leave the folder."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            if not parts:
                raise AssetListError(f"{path} sort du dossier des sources")
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def read_asset_list(text: str) -> dict[str, list[str]]:
    """Sections of `assets.txt` in order; raises AssetListError naming the line."""
    sections: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.split("#")[0].strip()
        if not line:
            continue
        if line.startswith("[") and line.endswith("]"):
            current = sections.setdefault(line[1:-1], [])
        elif current is None:
            raise AssetListError(f"assets.txt:{number}: un fichier avant la première section")
        else:
            current.append(line)
    return sections


def compressed(path: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """The forms served to browsers that accept them: gzip always, brotli where its library is installed."""
    if Path(path).suffix not in _COMPRESSIBLE:
        return
    yield f"{path}.gz", gzip.compress(content, mtime=0)
    try:
        import brotli
    except ImportError:
        return
    yield f"{path}.br", brotli.compress(content)


def build(dist: Path, static: Path, version: str, own: Path = GATEWAY) -> str:
    """Build into `static`, drop older builds and return the new folder's name."""
    work = AssetBuild(dist=dist, own=own)
    for name, paths in read_asset_list((own / "assets.txt").read_text(encoding="utf-8")).items():
        if name == COPIED_AS_IS:
            for path in paths:
                work.copy(path)
        else:
            work.bundle(name, paths)
    base = f"{version}-{work.digest()}"
    _write(static / base, work.produced)
    manifest = {"base": base, "files": {path: len(content) for path, content in sorted(work.produced.items())}}
    (static / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for old in static.iterdir():
        if old.is_dir() and old.name != base:
            shutil.rmtree(old)
    return base


def _write(folder: Path, produced: dict[str, bytes]) -> None:
    for path, content in produced.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        for name, packed in compressed(path, content):
            (folder / name).write_bytes(packed)


def main(arguments: list[str]) -> int:
    """`python -m gateway.assets_build DIST [STATIC]`: DIST is the unpacked package's dist folder."""
    dist = Path(arguments[0])
    static = Path(arguments[1]) if len(arguments) > 1 else GATEWAY / "static"
    version = json.loads((dist.parent / "package.json").read_text(encoding="utf-8"))["version"]
    print(f"Feuilles de style, scripts et polices : {static}/{build(dist, static, version)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
