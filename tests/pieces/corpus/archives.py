"""ZIP archives and Word documents that grow, overlap, lie, lead elsewhere or carry what others would run."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from services.pieces.inspection.archives import DEFLATE_LIMIT, MAX_ENTRIES
from tests.pieces import sample_files
from tests.pieces.corpus.hostile_file import HostileFile
from tests.pieces.corpus.pdfs import MB, compressed_zeros

_LOCAL, _CENTRAL, _END = "<4s5H3I2H", "<4s6H3I5H2I", "<4s4H2IH"


class Archive:
    """Written entry by entry, so that any of it can lie."""

    def __init__(self) -> None:
        self.data, self.directory, self.entries = bytearray(), bytearray(), 0

    def add(
        self, name: str, packed: bytes, size: int, *, declared: int | None = None, offset: int | None = None
    ) -> None:
        """A deflated entry. `declared`: its packed size by the directory; `offset`: where that says it is."""
        raw, place = name.encode(), len(self.data) if offset is None else offset
        packed_size = len(packed) if declared is None else declared
        if offset is None:
            head = struct.pack(_LOCAL, b"PK\3\4", 20, 0, 8, 0, 0, 0, packed_size, size, len(raw), 0)
            self.data += head + raw + packed
        sizes = (0, packed_size, size, len(raw), 0, 0, 0, 0, 0, place)
        self.directory += struct.pack(_CENTRAL, b"PK\1\2", 20, 20, 0, 8, 0, 0, *sizes) + raw
        self.entries += 1

    def whole(self, announced: int | None = None) -> bytes:
        count = self.entries if announced is None else announced
        end = struct.pack(_END, b"PK\5\6", 0, 0, count, count, len(self.directory), len(self.data), 0)
        return bytes(self.data + self.directory + end)


def _bomb(sizes: list[int], before: dict[str, bytes] | None = None) -> bytes:
    """Files of so many megabytes of zeros."""
    archive = Archive()
    for name, content in (before or {}).items():
        archive.add(name, _deflated(content), len(content))
    for number, size in enumerate(sizes):
        archive.add(f"word/media/{number}.bin", compressed_zeros(size * MB)[2:-4], size * MB)
    return archive.whole()


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
    packed, size = _deflated(bytes(20_000)), 20_000
    for name, offset, answer in (("memes", 0, "bomb"), ("decales", 1, "damaged")):
        archive = Archive()
        archive.add("0.txt", packed, size)
        archive.add("1.txt", packed, size, offset=offset)
        yield HostileFile(f"{name}.zip", archive.whole(), answer)
    archive = Archive()
    archive.add("a.txt", b"\3\0", 0, declared=0xFFFFFFF0)
    yield HostileFile("deborde.zip", archive.whole(), "damaged")


def lying() -> Iterator[HostileFile]:
    """Directories that do not say what is there; nobody unpacks by them, or finds more than is said."""
    most = 18 * DEFLATE_LIMIT  # that an entry of two bytes may unpack to
    for size, answer in ((most, "zip"), (most + 1, "bomb")):
        archive = Archive()
        archive.add("a.txt", b"\3\0", size)
        yield HostileFile(f"taille-{size}.zip", archive.whole(), answer)
    for entries, announced in ((1, MAX_ENTRIES + 1), (MAX_ENTRIES + 1, MAX_ENTRIES + 1), (MAX_ENTRIES + 1, 1)):
        yield HostileFile(f"{entries}-annonces-{announced}.zip", _empty_files(entries, announced), "too_many_entries")
    yield HostileFile("au-plus.zip", _empty_files(MAX_ENTRIES, MAX_ENTRIES), "zip")
    archive = Archive()
    archive.add("a.txt", b"\3\0", 0)
    archive.data = archive.data.replace(b"a.txt", b"a.exe")
    yield HostileFile("deux-noms.zip", archive.whole(), "damaged")
    yield HostileFile("vide.zip", Archive().whole(), "empty")
    yield HostileFile("dossier.zip", sample_files.zipped({"dossier/": b""}), "empty")


def _empty_files(number: int, announced: int) -> bytes:
    archive = Archive()
    for entry in range(number):
        archive.add(f"{entry}", b"\3\0", 0)
    return archive.whole(announced)


_PATHS = ("../evil", "a/../../b", "/etc/passwd", "C:\\windows", "c:x", "..\\x", "a\\b", "nul\0.txt", "dossier/..")


_PROGRAMS = {
    **dict.fromkeys(("a.exe", "photo.jpg.SCR", "dossier/lancer.ps1", "facture.pdf.lnk", "a.exe. ."), "executable"),
    **dict.fromkeys(("Lecteur.app/Contents/MacOS/lecteur", "installer.sh", "a.AppImage"), "executable"),
    **dict.fromkeys(("exe", "notice.exe.pdf", "executif.docx", "site.com/page.html", "a.js/"), "zip"),
}


def names() -> Iterator[HostileFile]:
    """Names that lead elsewhere, links, archives within archives, and programs."""
    for number, name in enumerate(_PATHS):
        archive = Archive()
        archive.add(name, b"\3\0", 0)
        yield HostileFile(f"chemin-{number}.zip", archive.whole(), "unsafe_names")
    yield HostileFile("chemin.docx", sample_files.docx({"../evil": b""}), "unsafe_names")
    out, link = io.BytesIO(), zipfile.ZipInfo("lien")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(out, "w") as linked:
        linked.writestr(link, "/etc/passwd")
    yield HostileFile("lien.zip", out.getvalue(), "unsafe_names")
    for number, name in enumerate(("a.rar", "a.7z", "a.tar.gz", "dossier/B.ZIP")):
        yield HostileFile(f"archive-{number}.zip", sample_files.zipped({name: b"x", "a.txt": b"x"}), "nested")
    for number, (name, answer) in enumerate(_PROGRAMS.items()):
        yield HostileFile(f"programme-{number}.zip", sample_files.zipped({name: b"x", "a.txt": b"x"}), answer)


def words() -> Iterator[HostileFile]:
    """XML is not read here, so what it asks for does not happen; macros are refused."""
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    for name, content in (("entite", entity), ("rien", b"")):
        files = {**sample_files.WORD, "word/document.xml": content, "[Content_Types].xml": content}
        yield HostileFile(f"{name}.docx", sample_files.zipped(files), "docx")
    for number, name in enumerate(("word/vbaProject.bin", "word/VBAPROJECT.BIN")):
        yield HostileFile(f"macros-{number}.docx", sample_files.docx({name: b"x"}), "macros")
