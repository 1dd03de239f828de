"""Files and exports on disk: whole or not at all, under names that the portal's users cannot choose
freely."""

import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click
import requests
from rich.progress import DownloadColumn, SpinnerColumn, TextColumn

from portail.api import Api, segment
from portail.decisions import piece_path
from portail.failures import ExitCode, Failure
from portail.output import Item, numero_of, progress_bar

CHUNK = 64 * 1024
_TRIES = 4  # of a stream that breaks in the middle
_LONGEST_NAME = 100  # characters of what the candidate called the file

Advance = Callable[[int], None]
Check = Callable[[str], None]  # of a SHA-256

to_file = click.argument(
    "target", metavar="FICHIER.csv", type=click.Path(dir_okay=False, path_type=Path)
)


def download_piece(
    api: Api, piece: Item, folder: Path, advance: Advance, *, original: bool
) -> Path | None:
    """Save the copy of the piece's current file in `folder`, or the file itself, its SHA-256
    verified; None where the very file is there already.

    Raises Failure: no file, no copy, not clean yet, another file of that name.
    """
    deposit = piece["deposit"]
    if deposit is None:
        raise Failure(f"La pièce {piece['id']} n'a pas de fichier.", ExitCode.NOTHING_THERE)
    target = folder / file_name(piece, original=original)
    is_there = target.exists()

    def check(digest: str) -> None:
        if original and digest != deposit["sha256"]:
            raise Failure(
                "Le fichier reçu n'est pas celui de la pièce : recommencez.", ExitCode.REFUSED
            )
        if is_there and digest != hashlib.sha256(target.read_bytes()).hexdigest():
            raise Failure(f"{target} existe déjà, avec un autre contenu.", ExitCode.REFUSED)

    folder.mkdir(parents=True, exist_ok=True)
    form = {"form": "original" if original else "copy"}
    _save(api, f"{piece_path(piece['id'])}/file", form, target, advance, check)
    return None if is_there else target


def save_export(api: Api, path: str, params: dict[str, str], target: Path) -> None:
    """Save a streamed export and say where; it replaces a file of that name once it is whole.
    Raises Failure."""
    with progress_bar(
        SpinnerColumn(), TextColumn("{task.description}"), DownloadColumn()
    ) as progress:
        task = progress.add_task(f"Export vers {target}", total=None)
        _save(
            api,
            path,
            params,
            target,
            lambda size: progress.advance(task, size),
            lambda digest: None,
        )
    click.echo(target)


def file_name(piece: Item, *, original: bool) -> str:
    """« 02103000001-NATIDE06-carte.pdf »: who, which piece, and what the candidate called it, made
    harmless; « …-carte (original).pdf » of the file itself."""
    given = unicodedata.normalize("NFC", piece["deposit"]["filename"])
    cleaned = "".join(char if char.isalnum() or char in "-_.' " else "_" for char in given).strip(
        ". "
    )
    stem, dot, extension = cleaned.rpartition(".")
    short = (
        f"{stem[:_LONGEST_NAME]} (original){dot}{extension[:10]}"
        if original
        else f"{stem[:_LONGEST_NAME]}.pdf"
    )
    return f"{segment(numero_of(piece))}-{segment(piece['code'])}-{short}"


def _save(
    api: Api, path: str, params: dict[str, str], target: Path, advance: Advance, check: Check
) -> None:
    for last_try in (*[False] * (_TRIES - 1), True):
        try:
            with _new_file(target) as stream:
                digest = hashlib.sha256()
                with api.call("GET", path, params=params, stream=True) as answer:
                    for chunk in answer.iter_content(CHUNK):
                        stream.write(chunk)
                        digest.update(chunk)
                        advance(len(chunk))
                check(digest.hexdigest())
            return
        except requests.RequestException as error:
            if last_try:
                raise Failure(
                    "Le téléchargement s'est interrompu.", ExitCode.UNAVAILABLE
                ) from error


@contextmanager
def _new_file(target: Path) -> Iterator[BinaryIO]:
    """It takes its name once it is whole and on disk; nothing is left of one that is not."""
    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
