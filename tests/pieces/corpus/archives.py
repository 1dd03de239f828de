"""ZIP archives and Word documents that grow, overlap, lie, lead elsewhere or carry what others
would run."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from services.pieces.inspection.archives import DEFLATE_LIMIT, MAX_ENTRIES
from tests.pieces import sample_files
from tests.pieces.corpus import HostileFile
from tests.pieces.corpus.pdfs import MB, compressed_zeros

_LOCAL = "<4s5H3I2H"
_CENTRAL = "<4s6H3I5H2I"
_END = "<4s4H2IH"


class Entry(NamedTuple):
    """A deflated file, of which anything can lie. `declared`: its packed size by the directory;
    `offset`: where that says it is, in the place of bytes of its own."""

    name: str = "a.txt"
    packed: bytes = b"\3\0"
    size: int = 0
    declared: int | None = None
    offset: int | None = None


def _archive(*entries: Entry, announced: int | None = None) -> bytes:
    data = bytearray()
    directory = bytearray()
    for name, packed, size, declared, offset in entries:
        raw = name.encode()
        place = len(data) if offset is None else offset
        packed_size = len(packed) if declared is None else declared
        if offset is None:
            head = struct.pack(_LOCAL, b"PK\3\4", 20, 0, 8, 0, 0, 0, packed_size, size, len(raw), 0)
            data += head + raw + packed
        sizes = (0, packed_size, size, len(raw), 0, 0, 0, 0, 0, place)
        directory += struct.pack(_CENTRAL, b"PK\1\2", 20, 20, 0, 8, 0, 0, *sizes) + raw
    count = len(entries) if announced is None else announced
    return bytes(
        data
        + directory
        + struct.pack(_END, b"PK\5\6", 0, 0, count, count, len(directory), len(data), 0)
    )


def _bomb(sizes: list[int], before: dict[str, bytes] | None = None) -> bytes:
    """Files of so many megabytes of zeros."""
    entries = [
        Entry(name, _deflated(content), len(content)) for name, content in (before or {}).items()
    ]
    for number, size in enumerate(sizes):
        entries.append(
            Entry(f"word/media/{number}.bin", compressed_zeros(size * MB)[2:-4], size * MB)
        )
    return _archive(*entries)


def _deflated(content: bytes) -> bytes:
    return zlib.compress(content)[2:-4]  # without zlib's head and checksum


def bombs() -> Iterator[HostileFile]:
    yield HostileFile("au-plus.zip", _bomb([1]), "zip")
    for number, sizes in enumerate(([2], [4_000], [1] * 300)):
        yield HostileFile(f"bombe-{number}.zip", _bomb(sizes), "bomb")
    yield HostileFile("bombe.docx", _bomb([30], before=sample_files.WORD), "bomb")
    files = {**sample_files.WORD, "word/document.xml": b"<a>" * 400_000}
    yield HostileFile("profond.docx", sample_files.zipped(files), "bomb")


def overlapping() -> Iterator[HostileFile]:
    """One entry's bytes counted twice, or beyond the end."""
    first = Entry("0.txt", _deflated(bytes(20_000)), 20_000)
    for name, offset, answer in (("memes", 0, "bomb"), ("decales", 1, "damaged")):
        second = first._replace(name="1.txt", offset=offset)
        yield HostileFile(f"{name}.zip", _archive(first, second), answer)
    yield HostileFile("deborde.zip", _archive(Entry(declared=0xFFFFFFF0)), "damaged")


def lying() -> Iterator[HostileFile]:
    """Directories that do not say what is there; nobody unpacks by them, or finds more than is
    said."""
    most = 18 * DEFLATE_LIMIT  # that an entry of two bytes may unpack to
    for size, answer in ((most, "zip"), (most + 1, "bomb")):
        yield HostileFile(f"taille-{size}.zip", _archive(Entry(size=size)), answer)
    empty = [Entry(f"{entry}") for entry in range(MAX_ENTRIES + 1)]
    for entries, announced in (
        (1, MAX_ENTRIES + 1),
        (MAX_ENTRIES + 1, MAX_ENTRIES + 1),
        (MAX_ENTRIES + 1, 1),
    ):
        content = _archive(*empty[:entries], announced=announced)
        yield HostileFile(f"{entries}-annonces-{announced}.zip", content, "too_many_entries")
    yield HostileFile("au-plus.zip", _archive(*empty[:MAX_ENTRIES]), "zip")
    yield HostileFile(
        "deux-noms.zip", _archive(Entry("a.txt")).replace(b"a.txt", b"a.exe", 1), "damaged"
    )
    yield HostileFile("vide.zip", _archive(), "empty")
    yield HostileFile("dossier.zip", sample_files.zipped({"dossier/": b""}), "empty")


_PATHS = (
    "../evil",
    "a/../../b",
    "/etc/passwd",
    "C:\\windows",
    "c:x",
    "..\\x",
    "a\\b",
    "nul\0.txt",
    "dossier/..",
)
_PROGRAMS = {
    **dict.fromkeys(
        ("a.exe", "photo.jpg.SCR", "dossier/lancer.ps1", "facture.pdf.lnk", "a.exe. ."),
        "executable",
    ),
    **dict.fromkeys(
        ("Lecteur.app/Contents/MacOS/lecteur", "installer.sh", "a.AppImage"), "executable"
    ),
    **dict.fromkeys(
        ("exe", "notice.exe.pdf", "executif.docx", "site.com/page.html", "a.js/"), "zip"
    ),
}


def names() -> Iterator[HostileFile]:
    """Names that lead elsewhere, links, archives within archives, and programs."""
    for number, name in enumerate(_PATHS):
        yield HostileFile(f"chemin-{number}.zip", _archive(Entry(name)), "unsafe_names")
    yield HostileFile("chemin.docx", sample_files.docx({"../evil": b""}), "unsafe_names")
    out = io.BytesIO()
    link = zipfile.ZipInfo("lien")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(out, "w") as linked:
        linked.writestr(link, "/etc/passwd")
    yield HostileFile("lien.zip", out.getvalue(), "unsafe_names")
    for number, name in enumerate(("a.rar", "a.7z", "a.tar.gz", "dossier/B.ZIP")):
        yield HostileFile(
            f"archive-{number}.zip", sample_files.zipped({name: b"x", "a.txt": b"x"}), "nested"
        )
    for number, (name, answer) in enumerate(_PROGRAMS.items()):
        yield HostileFile(
            f"programme-{number}.zip", sample_files.zipped({name: b"x", "a.txt": b"x"}), answer
        )


def words() -> Iterator[HostileFile]:
    """XML is not read here, so what it asks for does not happen; macros are refused."""
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    for name, content in (("entite", entity), ("rien", b"")):
        files = {**sample_files.WORD, "word/document.xml": content, "[Content_Types].xml": content}
        yield HostileFile(f"{name}.docx", sample_files.zipped(files), "docx")
    for number, name in enumerate(("word/vbaProject.bin", "word/VBAPROJECT.BIN")):
        yield HostileFile(f"macros-{number}.docx", sample_files.docx({name: b"x"}), "macros")
