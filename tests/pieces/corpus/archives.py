"""ZIP archives and Word documents that grow, overlap, lie, lead elsewhere or carry what others would run."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from services.pieces.inspection.archives import MAX_ENTRIES
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
        """A deflated entry. `said`: its packed size by the directory; `at`: where that says it is."""
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


def _zeros(size: int) -> bytes:
    return compressed_zeros(size)[2:-4]  # without zlib's head and checksum


def _bomb(sizes: list[int], names: str = "zeros-{}.bin", before: dict[str, bytes] | None = None) -> bytes:
    archive = Archive()
    for name, content in (before or {}).items():
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        archive.add(name, packer.compress(content) + packer.flush(), len(content))
    for number, size in enumerate(sizes):
        archive.add(names.format(number), _zeros(size * MB), size * MB)
    return archive.whole()


_SIZES = ([2], [30], [250], [1_000], [4_000], [30] * 10, [100] * 10, [1] * 300, [400, 1], [3] * 100)


def bombs() -> Iterator[HostileFile]:
    for number, sizes in enumerate(_SIZES):
        yield HostileFile(f"bombe-{number}.zip", _bomb(sizes), "bomb")


def word_bombs() -> Iterator[HostileFile]:
    for number, sizes in enumerate(_SIZES):
        content = _bomb(sizes, "word/media/image{}.png", before=sample_files.WORD)
        yield HostileFile(f"bombe-{number}.docx", content, "bomb")


def nested() -> Iterator[HostileFile]:
    inner = sample_files.zipped({"a.txt": b"a" * 1_000})
    for depth in range(5):
        inner = sample_files.zipped({f"niveau-{depth}.zip": inner})
        yield HostileFile(f"poupee-{depth}.zip", inner, "nested")
    for name in ("a.rar", "a.7z", "a.tar.gz", "a.iso", "a.jar", "dossier/B.ZIP"):
        yield HostileFile(f"dans-{name.replace('/', '-')}.zip", sample_files.zipped({name: b"x"}), "nested")


def overlapping() -> Iterator[HostileFile]:
    """One entry's bytes counted many times."""
    for number in (2, 10, 100, 900):
        same, shifted = Archive(), Archive()
        packed, size = zlib.compress(bytes(20_000))[2:-4], 20_000
        same.add("0.txt", packed, size)
        shifted.add("0.txt", packed + b"\0" * 2_000, size)
        for entry in range(1, number):
            same.add(f"{entry}.txt", packed, size, offset=0)
            shifted.add(f"{entry}.txt", packed, size, offset=entry)
        yield HostileFile(f"memes-{number}.zip", same.whole(), "bomb")
        yield HostileFile(f"decales-{number}.zip", shifted.whole(), "damaged" if number < 100 else "bomb")
    for declared in (1_000_000, 0xFFFFFFF0):
        archive = Archive()
        archive.add("a.txt", b"\3\0", 0, declared=declared)
        yield HostileFile(f"deborde-{declared}.zip", archive.whole(), "damaged")


def lying() -> Iterator[HostileFile]:
    """Directories that do not say what is there; nobody unpacks by them, or finds more than is said."""
    for declared, size in ((2, 0xFFFFFFF0), (2, 500_000), (0, 1_000_000), (10, 20_000_000)):
        archive = Archive()
        archive.add("a.txt", b"\3\0" + b"\0" * 8, size, declared=declared)
        yield HostileFile(f"tailles-{declared}-{size}.zip", archive.whole(), "bomb")
    for announced in (MAX_ENTRIES + 1, 60_000):
        archive = Archive()
        archive.add("a.txt", b"\3\0", 0)
        yield HostileFile(f"annonce-{announced}.zip", archive.whole(announced), "too_many_entries")
    for entries in (MAX_ENTRIES + 1, 5 * MAX_ENTRIES, 30 * MAX_ENTRIES):
        archive = Archive()
        for entry in range(entries):
            archive.add(f"{entry}", b"\3\0", 0)
        yield HostileFile(f"entrees-{entries}.zip", archive.whole(), "too_many_entries")
        yield HostileFile(f"tues-{entries}.zip", archive.whole(1), "too_many_entries")
    yield HostileFile("vide.zip", Archive().whole(), "empty")
    yield HostileFile("coupe.zip", sample_files.archive()[:-30], "damaged")


_PATHS = (
    "../evil", "a/../../b", "/etc/passwd", "//serveur/partage", "C:\\windows", "c:x", "..\\x", "a\\b", "....\\..\\x",
    "nul\0.txt", "dossier/..", "./../x",
)  # fmt: skip


def paths() -> Iterator[HostileFile]:
    for number, name in enumerate(_PATHS):
        archive = Archive()
        archive.add(name, b"\3\0", 0)
        yield HostileFile(f"chemin-{number}.zip", archive.whole(), "unsafe_names")
        document = sample_files.docx()
        with zipfile.ZipFile(out := io.BytesIO(document), "a") as more:
            more.writestr(zipfile.ZipInfo("word/media/ok"), b"")
            more.filelist[-1].filename = more.filelist[-1].orig_filename = name
        yield HostileFile(f"chemin-{number}.docx", out.getvalue(), "unsafe_names")


_ENTITIES = b"<!DOCTYPE x [" + b"".join(
    b'<!ENTITY e%d "%s">' % (level, b"&e%d;" % (level - 1) * 10 if level else b"lol") for level in range(12)
)


def words() -> Iterator[HostileFile]:
    """XML is not read here, so what it asks for does not happen; macros are refused."""
    xml = {
        "rires": _ENTITIES + b"]><x>&e11;</x>",
        "fichier": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        "adresse": b'<!DOCTYPE x [<!ENTITY e SYSTEM "http://exemple.invalid/">]><x>&e;</x>',
        "parametre": b'<!DOCTYPE x [<!ENTITY % e SYSTEM "http://exemple.invalid/"> %e;]><x/>',
        "profond": b"<a>" * 300_000,
        "attributs": b"<a " + b"".join(b"a%d='' " % number for number in range(50_000)) + b"/>",
        "encodage": "<?xml version='1.0' encoding='utf-7'?><x/>".encode("utf-16"),
        "rien": b"",
    }
    for name, content in xml.items():
        for part in ("word/document.xml", "word/settings.xml"):
            files = {**sample_files.WORD, part: content, "[Content_Types].xml": content}
            answer = "bomb" if name == "profond" else "docx"
            yield HostileFile(f"{name}-{part.split('/')[1]}.docx", sample_files.zipped(files), answer)
    for number, name in enumerate(("word/vbaProject.bin", "word/VBAPROJECT.BIN")):
        yield HostileFile(f"macros-{number}.docx", sample_files.docx({name: b"x"}), "macros")
    yield HostileFile(
        "modele.docx", sample_files.docx({"word/_rels/settings.xml.rels": b"<a TargetMode='External'/>"}), "docx"
    )
    yield HostileFile("objet.docx", sample_files.docx({"word/embeddings/oleObject1.bin": sample_files.doc()}), "docx")
