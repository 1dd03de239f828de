"""The composed portal's secrets, one file each: `python3 -m deploy.containers.secrets [FOLDER]` (deploy/secrets).

Needs nothing but Python, so that a host without our packages can make them. Only what is missing is made. To rotate one
without an outage, `python3 -m deploy.containers.secrets turn NAME [--promote | --drop-old] [FOLDER]` (signing-key,
sealing-key, seal-key, …-client-secret: docs/operations/run.md); to replace another, delete its file and run this again.
Derived files always follow the others. A replaced file is seen only by containers created after it, not by
running ones (their mounts keep the old one): `up -d --force-recreate`.
A database role's password is also PostgreSQL's: postgres/10-databases.sh says how to change it there.
"""

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from deploy.containers.derived_files import derived_files
from deploy.containers.secret_makers import ROTATABLE, SECRET_MAKERS
from deploy.secret_rotation import Step, StepOutOfOrder, rotate_text

ROOT = Path(__file__).parents[2]
DEFAULT_FOLDER = ROOT / "deploy" / "secrets"
ENVIRONMENT = ROOT / ".env"
EXAMPLE = ROOT / "deploy" / "compose.env.example"


class Unusable(Exception):
    """A file cannot be a secret; the message names it, never its content."""


@dataclass
class Result:
    """Names of the files, by what was done with them."""

    made: list[str] = field(default_factory=list)
    existing: list[str] = field(default_factory=list)
    derived: list[str] = field(default_factory=list)


def make(folder: Path) -> Result:
    """Make what is missing in `folder` and derive the rest. Raises Unusable or OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    result = Result()
    for name, new in SECRET_MAKERS.items():
        (result.made if _add(folder / name, new()) else result.existing).append(name)
    for name, text in derived_files({name: _read(folder / name) for name in SECRET_MAKERS}).items():
        if _replace(folder / name, text):
            result.derived.append(name)
    return result


def rotate(folder: Path, name: str, step: Step) -> Result:
    """Take one step of rotating the secret `name` and derive what depends on it.

    Raises Unusable, StepOutOfOrder or OSError.
    """
    if name not in ROTATABLE:
        raise Unusable(f"{name} is not turned in steps: one of {', '.join(ROTATABLE)}, or see docs/operations/run.md")
    _replace(folder / name, rotate_text(_read(folder / name), step, SECRET_MAKERS[name]))
    return make(folder)


def _add(path: Path, text: str) -> bool:
    """False where the file is there already: it stays, whoever wrote it, and is made readable for containers."""
    if path.exists():
        _read(path)
        _open_to_containers(path)
        return False
    part = _written_beside(path, text)
    try:
        os.link(part, path)  # unlike a rename, never over a file that came meanwhile
    finally:
        part.unlink()
    return True


def _replace(path: Path, text: str) -> bool:
    """False where the file says so already: its mounts stay those of the running containers."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        _open_to_containers(path)
        return False
    if path.is_dir():
        raise Unusable(_folder_in_the_way(path))
    _written_beside(path, text).replace(path)
    return True


def _read(path: Path) -> str:
    if path.is_dir():
        raise Unusable(_folder_in_the_way(path))
    text = path.read_text(encoding="utf-8").strip()
    if not text:
        raise Unusable(f"{path} is empty: delete it, or write the secret into it")
    return text


def _folder_in_the_way(path: Path) -> str:
    return f"{path} is a folder, as container engines make where a file is missing: delete it"


def _written_beside(path: Path, text: str) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o444)
    except BaseException:
        part.unlink()
        raise
    return part


def _open_to_containers(path: Path) -> None:
    """Containers run as other users; on the host the folder guards the files."""
    if path.stat().st_mode & 0o777 != 0o444:
        path.chmod(0o444)


def copy_environment(example: Path, target: Path) -> bool:
    """Give Compose its settings file where the operator has none. False where there is nothing to do."""
    if target.exists() or not example.exists():
        return False
    shutil.copyfile(example, target)
    return True


def _print_result(folder: Path, result: Result) -> None:
    if result.made:
        print(f"{folder}: made {', '.join(result.made)}")
    if result.derived:
        print(f"{folder}: derived {', '.join(result.derived)}")
    if result.existing:
        print(f"{folder}: kept {len(result.existing)} that were there")
    if result.existing and (result.made or result.derived):
        print("Containers that use what changed are to be made anew, service by service (docs/operations/run.md)")


def main() -> None:
    name, step, folder = _parse(sys.argv[1:])
    try:
        result = rotate(folder, name, step) if name else make(folder)
    except (Unusable, StepOutOfOrder, ValueError, OSError) as error:
        sys.exit(f"secrets: {error}")
    if name:
        print(f"{folder}: {name}: {step}")
    _print_result(folder, result)
    if folder.resolve() == DEFAULT_FOLDER and copy_environment(EXAMPLE, ENVIRONMENT):
        print(f"{ENVIRONMENT}: copied from {EXAMPLE.relative_to(ROOT)}, for you to edit")


def _parse(arguments: list[str]) -> tuple[str, Step, Path]:
    """The name of the secret to rotate (empty: make what is missing), the step, and the folder."""
    is_rotation = arguments[:1] == ["turn"]
    steps = [word for word in arguments if is_rotation and word in ("--promote", "--drop-old")]
    words = [word for word in arguments[is_rotation:] if word not in steps]
    if (
        len(steps) > 1
        or not is_rotation <= len(words) <= is_rotation + 1
        or any(word.startswith("-") for word in words)
    ):
        sys.exit(__doc__)
    name = words.pop(0) if is_rotation else ""
    step = Step(steps[0].removeprefix("--")) if steps else Step.ADD
    return name, step, Path(words[0]) if words else DEFAULT_FOLDER


if __name__ == "__main__":
    main()
