"""Renders a sheet and tells what operators must know of it: how many, how long, which characters have no glyph."""

from __future__ import annotations

import hashlib

import structlog
from prometheus_client import Counter, Histogram

from services.documents.rendering.glyphs import scripts_of
from services.documents.rendering.printing import Rendered, render
from services.documents.rendering.sheet import Sheet
from services.objects import ContentDigest

log = structlog.get_logger()

RENDERED = Counter("documents_rendered_total", "Documents rendered", ("type",))
MISSING_GLYPHS = Counter("documents_missing_glyphs_total", "Characters that no font of ours prints", ("type",))
SECONDS = Histogram("documents_render_seconds", "Time to render both forms of a document", ("type",))


def printed(sheet: Sheet, kind: str, candidature_id: str) -> Rendered:
    """Both forms of the sheet. Missing glyphs are logged by script and number, never with the text."""
    with SECONDS.labels(kind).time():
        made = render(sheet)
    RENDERED.labels(kind).inc()
    if made.missing:
        MISSING_GLYPHS.labels(kind).inc(len(made.missing))
        scripts = scripts_of(made.missing)
        log.warning("glyphs_missing", candidature_id=candidature_id, count=len(made.missing), scripts=scripts)
    return made


def digest_of(content: bytes) -> ContentDigest:
    """What the store must say of these bytes when it is asked to read them back."""
    return ContentDigest(len(content), hashlib.sha256(content).hexdigest())
