"""Migrations go up and down on both databases, and make what the models say."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from services.pieces.app import create_app
from services.pieces.models import db
from tests.pieces.portal import Portal, settings
from tests.support.tokens import key_of

FOLDER = "services/pieces/migrations"
OBJECTS = "s3+http://accesskey:secretkey@127.0.0.1:9/bucket"


def test_migrations_go_up_down_and_up_again(database_url: str) -> None:
    app = create_app(settings(database_url, OBJECTS), key_of)
    with app.app_context():
        upgrade(directory=FOLDER)
        assert "pieces" in inspect(db.engine).get_table_names()
        downgrade(directory=FOLDER, revision="base")
        assert inspect(db.engine).get_table_names() == ["alembic_version"]
        upgrade(directory=FOLDER)
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"render_as_batch": True})
            assert compare_metadata(context, db.metadatas[None]) == []
        db.engine.dispose()


@pytest.mark.parametrize("change", ["UPDATE audit_entries SET actor_id = 'x'", "DELETE FROM audit_entries"])
def test_the_audit_trail_cannot_be_changed(portal: Portal, change: str) -> None:
    portal.registered().deposit("NATIDE06")
    with portal.app.app_context(), pytest.raises(DBAPIError, match="append-only"), db.operation() as session:
        session.execute(text(change))
