"""What the migrations make is what the models say, and they can be undone."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade
from sqlalchemy import inspect

from services.documents.models import db
from tests.documents.service import Service


def test_migrated_tables_are_those_of_the_models(service: Service) -> None:
    with service.app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_migrations_can_be_undone(service: Service) -> None:
    with service.app.app_context():
        downgrade(directory=f"{service.app.root_path}/migrations", revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
