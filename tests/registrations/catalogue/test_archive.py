"""The catalogue in an archive as an administrator sends it: what is hostile is refused before it is
read."""

import io
import stat
import zipfile
from collections.abc import Callable

import pytest

from services.chassis.errors import Invalid
from services.registrations.catalogue.archive import MAX_FILES, MAX_UNPACKED_BYTES, read_archive
from tests.documents.imports.exam_office import zip_of
from tests.registrations.catalogue.small_exam import NOW, SMALL


def _named(name: str, mode: int = 0o100644, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        entry.compress_type = method
        archive.writestr(entry, SMALL)
    return out.getvalue()


def _bomb(files: int, bytes_each: int) -> bytes:
    return zip_of({f"cfg/{number}.yaml": b" " * bytes_each for number in range(files)})


@pytest.mark.parametrize(
    ("archive", "detail"),
    [
        (lambda: b"code: CFG", "pas une archive ZIP"),
        (lambda: zip_of({"cfg/exam.yaml": SMALL.encode()})[:-30], "pas une archive ZIP"),
        (lambda: _named("../cfg/exam.yaml"), "noms de fichiers"),
        (lambda: _named("/etc/cfg/exam.yaml"), "noms de fichiers"),
        (lambda: _named("cfg\\exam.yaml"), "noms de fichiers"),
        (lambda: _named("cfg/exam.yaml", stat.S_IFLNK | 0o777), "noms de fichiers"),
        (lambda: _named(f"{'x' * 300}/exam.yaml"), "noms de fichiers"),
        (lambda: _named(f"{'x/' * 1500}exam.yaml"), "noms de fichiers"),
        (lambda: zip_of({"cfg.yaml": b"", "cfg.yaml/exam.yaml": b""}), "noms de fichiers"),
        (lambda: _named("cfg/exam.yaml", method=zipfile.ZIP_LZMA), "ne peut pas être extrait"),
        (lambda: _bomb(1, MAX_UNPACKED_BYTES + 1), "Le fichier dépasse"),
        (lambda: _bomb(9, MAX_UNPACKED_BYTES // 8), "une fois extraite"),
        (lambda: _bomb(MAX_FILES + 1, 1), f"plus de {MAX_FILES} fichiers"),
    ],
)
def test_a_hostile_archive_is_refused_with_its_reason(
    archive: Callable[[], bytes], detail: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        read_archive(archive(), NOW)
    [error] = refusal.value.errors
    assert (error.pointer, detail in error.detail) == ("#/fichier", True), error.detail


def test_the_folder_of_exams_may_be_packed_within_another_one() -> None:
    for prefix in ("", "catalogue/"):
        catalogue = read_archive(zip_of({f"{prefix}cfg/exam.yaml": SMALL.encode()}), NOW)
        assert [exam.code for exam in catalogue.exams] == ["CFG"], prefix
