"""The composed portal's secrets, one file each: `python3 -m deploy.containers.secrets [FOLDER]`
(deploy/secrets).

Needs nothing but Python, so that a host without our packages can make them. Only what is missing is
made. To rotate one without an outage, `python3 -m deploy.containers.secrets turn NAME [--promote |
--drop-old] [FOLDER]` (what `ROTATABLE` names: docs/operations/run.md); to replace another, delete
its file and run this again. Derived files always follow the others. A replaced file is seen only by
containers created after it, not by running ones (their mounts keep the old one): `up -d
--force-recreate`. A database role's password is also PostgreSQL's: postgres/10-databases.sh says
how to change it there.
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
        if _existing(folder / name) is None:
            _add(folder / name, new())
            result.made.append(name)
        else:
            result.existing.append(name)
    for name, text in derived_files({name: _read(folder / name) for name in SECRET_MAKERS}).items():
        if _existing(folder / name) != text:  # else its mounts stay those of the running containers
            _written_beside(folder / name, text).replace(folder / name)
            result.derived.append(name)
    return result


def rotate(folder: Path, name: str, step: Step) -> Result:
    """Take one step of rotating the secret `name` and derive what depends on it.

    Raises Unusable, StepOutOfOrder or OSError.
    """
    if name not in ROTATABLE:
        raise Unusable(
            f"{name} is not turned in steps: one of {', '.join(ROTATABLE)}, or see "
            "docs/operations/run.md"
        )
    _written_beside(
        folder / name, rotate_text(_read(folder / name), step, SECRET_MAKERS[name])
    ).replace(folder / name)
    return make(folder)


def _existing(path: Path) -> str | None:
    """The text of a file, whoever wrote it, which is made readable for containers: they run as
    other users, and on the host the folder guards the files. None where there is none. Raises
    Unusable."""
    if path.is_dir():
        raise Unusable(
            f"{path} is a folder, as container engines make where a file is missing: delete it"
        )
    if not path.exists():
        return None
    if path.stat().st_mode & 0o777 != 0o444:
        path.chmod(0o444)
    return path.read_text(encoding="utf-8")


def _read(path: Path) -> str:
    text = (_existing(path) or "").strip()
    if not text:
        raise Unusable(f"{path} is empty: delete it, or write the secret into it")
    return text


def _add(path: Path, text: str) -> None:
    part = _written_beside(path, text)
    try:
        os.link(part, path)  # unlike a rename, never over a file that came meanwhile
    finally:
        part.unlink()


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


def _print_result(folder: Path, result: Result) -> None:
    for done, names in (("made", result.made), ("derived", result.derived)):
        if names:
            print(f"{folder}: {done} {', '.join(names)}")
    if result.existing:
        print(f"{folder}: kept {len(result.existing)} that were there")
    if result.existing and (result.made or result.derived):
        print(
            "Containers that use what changed are to be made anew, service by service "
            "(docs/operations/run.md)"
        )


def main() -> None:
    name, step, folder = _parse(sys.argv[1:])
    try:
        result = rotate(folder, name, step) if name else make(folder)
    except (Unusable, StepOutOfOrder, ValueError, OSError) as error:
        sys.exit(f"secrets: {error}")
    if name:
        print(f"{folder}: {name}: {step}")
    _print_result(folder, result)
    if folder.resolve() == DEFAULT_FOLDER and EXAMPLE.exists() and not ENVIRONMENT.exists():
        shutil.copyfile(EXAMPLE, ENVIRONMENT)
        print(f"{ENVIRONMENT}: copied from {EXAMPLE.relative_to(ROOT)}, for you to edit")


def _parse(arguments: list[str]) -> tuple[str, Step, Path]:
    """The name of the secret to rotate (empty: make what is missing), the step, and the folder."""
    is_rotation = arguments[:1] == ["turn"]
    steps = [word for word in arguments if is_rotation and word in ("--promote", "--drop-old")]
    words = [word for word in arguments[is_rotation:] if word not in steps]
    count_is_wrong = len(steps) > 1 or not is_rotation <= len(words) <= is_rotation + 1
    if count_is_wrong or any(word.startswith("-") for word in words):
        sys.exit(__doc__)
    name = words.pop(0) if is_rotation else ""
    step = Step(steps[0].removeprefix("--")) if steps else Step.ADD
    return name, step, Path(words[0]) if words else DEFAULT_FOLDER


if __name__ == "__main__":
    main()
