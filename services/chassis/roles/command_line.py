"""The entry point of every role of a service: `python -m services.<name> ROLE`.

ROLE is web, worker, migrate, wait-for-migrations, or one of the service's own commands.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from flask import Flask
from flask.cli import FlaskGroup, ScriptInfo
from flask_migrate import upgrade

from services.chassis.database.migrations import wait_until_migrated
from services.chassis.process import time_limits
from services.chassis.roles import worker
from services.chassis.settings import ServiceSettings, SettingsError
from services.chassis.tasks.registry import Handlers
from services.chassis.traces import spans
from services.chassis.web.gunicorn_server import serve

TIME_LIMITS = {"web": time_limits.WEB, "migrate": time_limits.MIGRATION}
Read = TypeVar("Read", bound=ServiceSettings)


def main(
    name: str,
    settings_class: type[Read],
    create_app: Callable[[Read], Flask],
    handlers: Handlers,
    prepare: Callable[[Flask], None] | None = None,
) -> None:
    """Run the role named by the first argument. `prepare`, called by « migrate », creates what a
    service needs besides its tables before its first start."""
    try:
        settings = settings_class.read(os.environ)
    except SettingsError as error:
        sys.exit(f"{name} ne peut pas démarrer :\n{error}")

    role = sys.argv[1] if len(sys.argv) > 1 else "--help"
    time_limits.set_role(TIME_LIMITS.get(role, time_limits.WORK))

    def create(process: str) -> Flask:
        spans.start(settings, process)
        return create_app(settings)

    if role == "web":
        serve(lambda: create(name), proc_name=name)
    elif role == "worker":
        worker.run(create(f"{name}-worker"), handlers)
        spans.stop()
    elif role == "migrate":
        app = create_app(settings)
        migrate(app)
        if prepare:
            prepare(app)
    elif role == "wait-for-migrations":
        wait_until_migrated(create_app(settings))
    else:
        group = FlaskGroup(add_default_commands=False, add_version_option=False)
        made = ScriptInfo(create_app=lambda: create(f"{name}-command"))
        try:
            group.main(args=sys.argv[1:], prog_name=f"python -m services.{name}", obj=made)
        finally:
            spans.stop()


def migrate(app: Flask, revision: str = "head") -> None:
    """Migrate the service's database to `revision`."""
    with app.app_context():
        upgrade(directory=str(Path(app.root_path) / "migrations"), revision=revision)
