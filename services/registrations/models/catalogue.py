"""The catalogue as it was loaded: exams by their revisions, establishments."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    LargeBinary,
    String,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.columns import UtcDateTime
from services.contracts import registration_rules as rules
from services.registrations.models.base import DIGEST, Json, db


class CatalogueRevision(db.Model):
    """An exam as it was loaded once; never changed, kept while a version of a candidature uses
    it."""

    __tablename__ = "catalogue_revisions"

    digest: Mapped[str] = mapped_column(DIGEST, primary_key=True)
    exam: Mapped[str] = mapped_column(String(rules.CODE_LENGTH), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CurrentExam(db.Model):
    """Which revision of an exam is in force. `loaded_by_staff`: an administrator loaded it, and no
    command since. `files`: a ZIP archive of what it was loaded from; None of one that an earlier
    version of the portal loaded."""

    __tablename__ = "exams"

    code: Mapped[str] = mapped_column(String(rules.CODE_LENGTH), primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("catalogue_revisions.digest"))
    loaded_by_staff: Mapped[bool] = mapped_column(default=False, server_default=false())
    files: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class EtablissementRow(db.Model):
    """An establishment where candidates prepare. `folded` (see `text.folded`) is what is
    searched."""

    __tablename__ = "etablissements"

    code: Mapped[str] = mapped_column(String(rules.SHORT_CODE_LENGTH), primary_key=True)
    label: Mapped[str] = mapped_column(String(rules.LABEL_LENGTH))
    kind: Mapped[str] = mapped_column(String(32), index=True)
    departement: Mapped[str | None] = mapped_column(String(3), index=True)
    habilite_ccf: Mapped[bool] = mapped_column(default=False)
    folded: Mapped[str] = mapped_column(String(rules.ETABLISSEMENT_SEARCH_LENGTH))
