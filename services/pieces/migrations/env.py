"""How alembic reaches this service's database: the application's own engine and metadata, one transaction in all."""

from __future__ import annotations

from alembic import context
from flask import current_app

db = current_app.extensions["migrate"].db


def run() -> None:
    with db.engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=db.metadatas[None], render_as_batch=True, compare_type=True
        )
        with context.begin_transaction():
            context.run_migrations()


run()
