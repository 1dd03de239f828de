"""Migrations go up and down on both databases, and make what the models say."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from services.registrations.app import create_app
from services.registrations.models import db
from tests.registrations.service.conftest import settings
from tests.support import tokens

FOLDER = "services/registrations/migrations"


def test_migrations_go_up_down_and_up_again(database_url: str, tmp_path: Path) -> None:
    app = create_app(settings(database_url, tmp_path), tokens.key_of)
    with app.app_context():
        upgrade(directory=FOLDER)
        assert "candidatures" in inspect(db.engine).get_table_names()
        downgrade(directory=FOLDER, revision="base")
        assert inspect(db.engine).get_table_names() == ["alembic_version"]
        upgrade(directory=FOLDER)
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"render_as_batch": True})
            assert compare_metadata(context, db.metadatas[None]) == []
        db.engine.dispose()
