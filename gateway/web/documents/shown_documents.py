"""The documents of a candidature as its page names and marks them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.web.shown_states import document_mark
from services.contracts.api.documents import ListedDocument
from services.contracts.document_rules import AUTOMATIC_TYPES
from services.french import file_size, short_date, short_instant


@dataclass(frozen=True)
class ShownDocument:
    """`mark`: why it no longer holds, None of one that holds."""

    document: ListedDocument
    mark: str | None

    @property
    def version(self) -> str:
        """« V02 éd. 2 », or the day on which a service published it."""
        if not self.document.version:
            return short_date(self.document.published_at)
        edition = f" éd. {self.document.edition}" if self._has_editions else ""
        return f"V{self.document.version:02d}{edition}"

    @property
    def spoken_version(self) -> str:
        """« Version 02 édition 2 »"""
        return self.version.replace("V", "Version ", 1).replace("éd.", "édition")

    @property
    def short_mark(self) -> str | None:
        """« remplacé », for a narrow screen."""
        return self.mark.split(" ")[0].lower() if self.mark else None

    @property
    def name(self) -> str:
        """« Confirmation d'inscription version 1 : Remplacé par la version 2 »: tells it from the
        others of its page."""
        if self.document.version:
            edition = f" édition {self.document.edition}" if self._has_editions else ""
            which = f" version {self.document.version}{edition}"
        else:
            which = f" du {short_instant(self.document.published_at)}"
        mark = f" : {self.mark}" if self.mark else ""
        return f"{self.document.label}{which}{mark}"

    @property
    def details(self) -> str:
        """« Version 01, édition 2 – 04/10/2021 14:00 – PDF, 31 Ko »"""
        parts = []
        if self.document.type_label != self.document.label:
            parts.append(self.document.type_label)
        if self.document.version:
            edition = f", édition {self.document.edition}" if self._has_editions else ""
            parts.append(f"Version {self.document.version:02d}{edition}")
        parts.append(short_instant(self.document.published_at))
        if not self.document.withdrawn_at:
            parts.append(f"PDF, {file_size(self.document.size)}")
        return " – ".join(parts)

    @property
    def _has_editions(self) -> bool:
        return self.document.edition > 1


@dataclass(frozen=True)
class ShownDocuments:
    """The documents of a candidature. `saved_version`: that of which documents are made last, None
    where registrations does not say."""

    documents: Sequence[ListedDocument]
    saved_version: int | None

    @property
    def shown(self) -> list[ShownDocument]:
        return [ShownDocument(document, self._mark(document)) for document in self.documents]

    @property
    def version_to_come(self) -> int | None:
        """The saved version, while not all of its documents are made and older ones are shown."""
        if self.saved_version is None or not self.documents:
            return None
        return None if set(AUTOMATIC_TYPES) <= self._made else self.saved_version

    @property
    def to_come_sentence(self) -> str:
        return f"Les documents de la version {self.version_to_come} sont en préparation."

    @property
    def lacks_versions(self) -> bool:
        """Whether a version is missing between those shown: a candidature's end takes a number."""
        versions = set(self._versions)
        return bool(versions) and max(versions) - min(versions) >= len(versions)

    @property
    def _versions(self) -> Iterator[int]:
        return (document.version for document in self.documents if document.version)

    @property
    def _made(self) -> set[str]:
        """The types of which there is a document of the saved version."""
        newest = self.saved_version or 0
        return {item.type for item in self.documents if (item.version or 0) >= newest}

    def _mark(self, document: ListedDocument) -> str | None:
        mark = document_mark(document)
        if mark or self.saved_version is None or document.version is None:
            return mark
        is_outdated = document.type in AUTOMATIC_TYPES and document.version < self.saved_version
        if not is_outdated:
            return None
        return f"Remplacé par la version {self.saved_version}, en préparation"
