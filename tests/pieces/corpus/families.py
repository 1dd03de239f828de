"""The corpus: all families by name."""

from __future__ import annotations

from tests.pieces.corpus import archives, office_audio_video, pdfs, pictures
from tests.pieces.corpus.hostile_file import Family

COSTLY: dict[str, Family] = {
    "index chained with a predictor": pdfs.chains,
    "nested dictionaries and arrays": pdfs.nests,
    "trees of pages in circles": pdfs.trees,
    "filters that grow in an index": pdfs.index_bombs,
    "filters that grow in a stream of objects": pdfs.object_bombs,
    "PDFs that act or are locked": pdfs.active_and_locked,
    "progressive JPEGs of many scans": pictures.scans,
    "immense JPEGs": pictures.immense_jpegs,
    "lying JPEGs": pictures.lying_jpegs,
    "immense PNGs": pictures.immense_pngs,
    "lying PNGs": pictures.lying_pngs,
    "archives that grow": archives.bombs,
}
"""What costs its reader time or memory."""
MISLEADING: dict[str, Family] = {
    "overlapping archives": archives.overlapping,
    "lying archives": archives.lying,
    "names in archives": archives.names,
    "XML and macros in DOCX": archives.words,
    "DOC in circles": office_audio_video.word_containers,
    "lying MP4": office_audio_video.films,
    "lying AVI": office_audio_video.avi_files,
    "lying MP3": office_audio_video.sounds,
    "two files in one": office_audio_video.two_at_once,
}
"""What costs no more than another, and lies."""
