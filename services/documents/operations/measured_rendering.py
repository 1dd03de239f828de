"""Renders a sheet and records what operators watch: how many, how long, which characters have no glyph."""

from __future__ import annotations

import structlog
from prometheus_client import Counter, Histogram

from services.chassis.traces import spans
from services.contracts.document_rules import DocumentType
from services.documents.rendering.glyphs import scripts_of
from services.documents.rendering.pdf_and_html import Rendered, render
from services.documents.rendering.sheet import Sheet

log = structlog.get_logger()

RENDERED = Counter("documents_rendered_total", "Documents rendered", ("type",))
MISSING_GLYPHS = Counter("documents_missing_glyphs_total", "Characters that no font of ours prints", ("type",))
SECONDS = Histogram("documents_render_seconds", "Time to render both forms of a document", ("type",))
FORMULAIRE = "formulaire"  # a form of the catalogue, filled in; no type of a published document
DECLARED = "declared"  # a type that an exam's catalogue declares

for _type in (*DocumentType, FORMULAIRE, DECLARED):  # each is exported from the start, as 0
    MISSING_GLYPHS.labels(str(_type))


def render_measured(sheet: Sheet, type_label: str, candidature_id: str) -> Rendered:
    """Both formats of the sheet; `type_label` is the metrics' label « type ».

    Missing glyphs are logged by script and number, never with the text.
    """
    with SECONDS.labels(type_label).time(), spans.span(f"render {type_label}"):
        rendered = render(sheet)
    RENDERED.labels(type_label).inc()
    if rendered.missing:
        MISSING_GLYPHS.labels(type_label).inc(len(rendered.missing))
        scripts = scripts_of(rendered.missing)
        log.warning("glyphs_missing", candidature_id=candidature_id, count=len(rendered.missing), scripts=scripts)
    return rendered
