"""Commands of documents for operators: those that every service has for its events, jobs and objects."""

from flask import Flask

from services.chassis.tasks import commands
from services.documents.jobs import registry
from services.documents.operations.reconciliation import reconciliation
from services.objects import commands as object_commands


def register(app: Flask) -> None:
    commands.register(app, registry)
    object_commands.register(app, reconciliation)
