"""Commands of documents for operators: those that every service has for its events, jobs and
objects."""

from flask import Flask

from services.chassis.tasks import audit_jobs, commands
from services.documents.dependencies import dependencies
from services.documents.jobs import registry
from services.documents.models import audit_chain
from services.documents.operations.reconciliation import reconciliation
from services.objects import jobs as object_jobs
from services.objects.store import RootsInStore


def register(app: Flask) -> None:
    commands.register(app, registry)
    object_jobs.register_command(app, reconciliation)
    audit_jobs.register(app, registry, audit_chain, lambda: RootsInStore(dependencies().store))
