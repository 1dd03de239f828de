"""The corpus: all families by name."""

from __future__ import annotations

from tests.pieces.corpus import archives, others, pdfs, pictures
from tests.pieces.corpus.hostile import Family

FAMILIES: dict[str, Family] = {
    "index chained with a predictor": pdfs.chains,
    "nested dictionaries and arrays": pdfs.nests,
    "trees of pages in circles": pdfs.trees,
    "filters that grow in an index": pdfs.index_bombs,
    "filters that grow in a stream of objects": pdfs.object_bombs,
    "PDFs that act": pdfs.active,
    "locked PDFs": pdfs.locked,
    "cut PDFs": pdfs.cut,
    "progressive JPEGs of many scans": pictures.scans,
    "immense JPEGs": pictures.immense_jpegs,
    "lying JPEGs": pictures.lying_jpegs,
    "immense PNGs": pictures.immense_pngs,
    "lying PNGs": pictures.lying_pngs,
    "other pictures": pictures.other_pictures,
    "ZIP bombs": archives.bombs,
    "DOCX bombs": archives.word_bombs,
    "archives within archives": archives.nested,
    "overlapping archives": archives.overlapping,
    "lying archives": archives.lying,
    "paths that lead elsewhere": archives.paths,
    "XML and macros in DOCX": archives.words,
    "DOC in circles": others.word_containers,
    "lying MP4": others.films,
    "lying AVI": others.reels,
    "lying MP3": others.sounds,
    "two files in one": others.two_at_once,
}
