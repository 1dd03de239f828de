"""The jobs that chain and sign a service's audit trail, and the command that verifies it."""

import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import islice
from typing import cast

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask, current_app
from flask.cli import with_appcontext

from services.chassis.database.audit_chain import AuditChain, KeptRoots
from services.chassis.settings import ServiceSettings
from services.chassis.signing_keys import load_keys
from services.chassis.tasks.registry import Handlers
from services.clock import system_now

MOST_LISTED = 100
Roots = Callable[[], KeptRoots | None]


def register(
    app: Flask, handlers: Handlers, chain: AuditChain, kept_roots: Roots = lambda: None
) -> None:
    """Add `chain-audit` each minute, `sign-audit` daily, and `audit verify`. `kept_roots`: where
    roots are kept besides the table and the log, called in an application context."""
    handlers.every(minutes=1, name="chain-audit")(chain.extend)
    handlers.every(hours=24, name="sign-audit")(
        lambda: chain.sign_root(handlers.service, _keys(), kept_roots())
    )

    @click.group("audit")
    def audit() -> None:
        """The audit trail."""

    @audit.command("verify")
    @with_appcontext
    def verify() -> None:
        """Say what of the audit trail was changed or removed by hand, the first entry first; status
        1 if anything."""
        mismatches = list(
            islice(chain.mismatches(handlers.service, _keys(), kept_roots()), MOST_LISTED)
        )
        for mismatch in sorted(
            mismatches, key=lambda mismatch: (mismatch.entry_id is None, mismatch.entry_id)
        ):
            click.echo(
                f"entry {mismatch.entry_id} {mismatch.text}" if mismatch.entry_id else mismatch.text
            )
        click.echo(
            f"{len(mismatches)} found"
            + (", and perhaps more" if len(mismatches) == MOST_LISTED else "")
        )
        sys.exit(1 if mismatches else 0)

    @audit.command("erased")
    @click.option("--days", type=click.IntRange(1), required=True, help="How far back, in days.")
    @with_appcontext
    def erased(days: int) -> None:
        """Print the ids of what was erased, one a line: `erase-again` takes them after a restore to
        an earlier time."""
        for subject in chain.erased_since(system_now() - timedelta(days=days)):
            click.echo(subject)

    app.cli.add_command(audit)


def _keys() -> Sequence[Ed25519PrivateKey]:
    settings = cast(ServiceSettings, current_app.extensions["portail"])
    return load_keys(settings.audit_key) if settings.audit_key else ()
