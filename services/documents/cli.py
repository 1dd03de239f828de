"""Commands of documents for operators: those that every service has for its events, jobs and objects."""

from __future__ import annotations

from flask import Flask

from services.chassis.events import commands as event_commands
from services.chassis.jobs import commands
from services.documents.follow_ups import registry
from services.documents.jobs import jobs
from services.documents.operations.reconciliation import reconciliation
from services.objects import commands as object_commands


def register(app: Flask) -> None:
    event_commands.register(app, registry)
    commands.register(app, jobs)
    object_commands.register(app, reconciliation)
