"""The kinds of tab, by name. An exam orders and titles them; a new exam needs no new kind."""

from services.registrations.domain.tabs import (
    acquis,
    candidature,
    diploma,
    epreuves,
    identification,
    previous,
    qualification,
)
from services.registrations.domain.tabs.tab_kind import NUMBER, WITHOUT_FIELDS, TabKind

KINDS: dict[str, TabKind] = {
    "previous": previous.KIND,
    "identification": identification.KIND,
    "candidature": candidature.KIND,
    "qualification": qualification.KIND,
    "acquis": acquis.KIND,
    "diploma": diploma.KIND,
    "epreuves": epreuves.KIND,
    "questions": WITHOUT_FIELDS,
    "notice": WITHOUT_FIELDS,
    "recap": WITHOUT_FIELDS,
    "number": NUMBER,
}
