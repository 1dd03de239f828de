"""The kinds of tab, by name. An exam orders and titles them; a new exam needs no new kind."""

from services.registrations.domain.tabs import (
    acquis,
    candidature,
    diploma,
    epreuves,
    identification,
    previous,
    qualification,
    text_tabs,
)
from services.registrations.domain.tabs.tab_kind import TabKind

KINDS: dict[str, TabKind] = {
    "previous": previous.KIND,
    "identification": identification.KIND,
    "candidature": candidature.KIND,
    "qualification": qualification.KIND,
    "acquis": acquis.KIND,
    "diploma": diploma.KIND,
    "epreuves": epreuves.KIND,
    "questions": text_tabs.QUESTIONS,
    "notice": text_tabs.NOTICE,
    "recap": text_tabs.RECAP,
    "number": text_tabs.NUMBER,
}
