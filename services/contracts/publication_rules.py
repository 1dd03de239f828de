"""What an exam office may write in what it publishes, and for how many; sizes and states of imports."""

from __future__ import annotations

from services.contracts.file_rules import MAX_FILE_BYTES

MAX_CSV_BYTES = MAX_FILE_BYTES
MAX_PDF_BYTES = MAX_FILE_BYTES
"""Of each PDF, in an archive or by itself."""
MAX_ARCHIVE_BYTES = 20 * 1024 * 1024
"""Of a ZIP archive, and of the files of one sending together. Gateway and documents hold a sending in /tmp, which
counts in the memory of a container; the proxy lets as much pass."""
MAX_PDFS_PER_SENDING = 500
"""What is checked within one request; an import may receive several sendings."""
MAX_LINES = 10_000
"""Lines of a CSV, and documents of an import."""
NUMERO_LENGTH, NUMERO_LENGTH_IN_WORDS = 11, "onze chiffres"
"""Of a N° candidat, as registrations gives it."""

MAX_TITLE_LENGTH = 200  # characters, as those below
MAX_PARAGRAPHS, MAX_PARAGRAPH_LENGTH = 50, 5000
MAX_RECIPIENTS = 500
"""Candidatures that an order without a file names."""
MAX_REASON_LENGTH = 500
"""Of a withdrawal."""
MAX_ORDER_KEY_LENGTH = 200
"""Of the header Idempotency-Key."""

PREPARED, CHECKED = "prepared", "checked"
PUBLISHING, PUBLISHED = "publishing", "published"
ABANDONED, WITHDRAWN = "abandoned", "withdrawn"
STATE_LABELS = {
    PREPARED: "En attente du fichier",
    CHECKED: "À publier",
    PUBLISHING: "Publication en cours",
    PUBLISHED: "Publié",
    ABANDONED: "Abandonné",
    WITHDRAWN: "Retiré",
}
READY, FAILED = "ready", "failed"
DOCUMENT_STATE_LABELS = {
    READY: "À publier",
    PUBLISHED: "Publié",
    FAILED: "Non publié",
    ABANDONED: "Abandonné",
    WITHDRAWN: "Retiré",
}
CSV, PDF = "csv", "pdf"
SOURCE_LABELS = {CSV: "Tableau CSV", PDF: "Fichiers PDF"}
