"""Waits until a service's tables are those that its code knows: what starts first in a pod (deploy/kubernetes)."""

from __future__ import annotations

import time
from pathlib import Path

import structlog
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from services.chassis.database.transactions import is_database_unavailable
from services.chassis.process.failure_reason import reason_of

PAUSE_SECONDS = 1.0

log = structlog.get_logger()


def wait_until_migrated(app: Flask, pause: float = PAUSE_SECONDS) -> None:
    """Return once `is_migrated`; a database that does not answer is asked again every `pause` seconds."""
    while not _answers_migrated(app):
        time.sleep(pause)


def is_migrated(app: Flask) -> bool:
    """Whether no migration of this code is left to be run. A revision that it does not know is a later one's: after a
    step back the code runs on the tables of the version after it."""
    scripts = _scripts(app)
    with app.app_context(), app.extensions["sqlalchemy"].engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    return revision is not None and (revision == scripts.get_current_head() or revision not in known)


def _answers_migrated(app: Flask) -> bool:
    try:
        migrated = is_migrated(app)
    except SQLAlchemyError as error:
        if not is_database_unavailable(error):
            raise
        log.info("database_away", reason=reason_of(error))
        return False
    if not migrated:
        log.info("migrations_awaited")
    return migrated


def _scripts(app: Flask) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(app.root_path) / "migrations"))
    return ScriptDirectory.from_config(config)
