"""The audit trail of a service is chained and signed by its jobs; `audit verify` names what was changed behind them."""

from contextlib import closing

import pytest
from click.testing import Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import text

from services.chassis.settings import Secret
from services.pieces.jobs import registry
from services.pieces.models import db
from services.pieces.operations.restoration import reconciliation
from tests.pieces.pieces_service import PiecesService, build_settings
from tests.support.object_store import Bucket

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # triggers of each are its own
WITHOUT_TRIGGERS = {
    "sqlite": "DROP TRIGGER audit_entries_no_update",
    "postgresql": "DROP TRIGGER audit_entries_append_only ON audit_entries",
}


def run_jobs(service: PiecesService) -> None:
    with service.app.app_context():
        for name in ("chain-audit", "sign-audit"):
            registry.jobs[name].run()


def verify(service: PiecesService) -> Result:
    return service.app.test_cli_runner().invoke(args=["audit", "verify"])


def test_a_row_that_was_changed_by_hand_is_named_by_the_command(deposited: PiecesService) -> None:
    run_jobs(deposited)
    assert "audit-roots/00000001" in deposited.objects()
    with deposited.app.app_context():
        assert reconciliation().report().unknown == []
    deposited.delete("NATIDE06")
    verified = verify(deposited)
    assert (verified.exit_code, verified.output) == (0, "0 found\n")
    with deposited.app.app_context(), db.operation() as session:
        session.execute(text(WITHOUT_TRIGGERS[db.engine.dialect.name]))
        session.execute(text("UPDATE audit_entries SET actor_id = 'x' WHERE id = 1"))
    verified = verify(deposited)
    assert verified.exit_code == 1
    assert verified.output.startswith("entry 1 was changed")


def test_roots_are_signed_with_the_key_of_the_setting(database_url: str, bucket: Bucket) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with closing(PiecesService(database_url, bucket.url, audit_key=Secret(pem))) as service:
        service.registered().deposit("NATIDE06")
        run_jobs(service)
        assert verify(service).output == "0 found\n"
        with service.app.app_context(), db.operation() as session:
            session.execute(text("UPDATE audit_roots SET signature = NULL"))
        assert "root 1 is not signed by a key of AUDIT_KEY" in verify(service).output
    mistakes = build_settings(database_url, bucket.url, audit_key=Secret("no key")).mistakes()
    assert mistakes == ["AUDIT_KEY: an Ed25519 private key in PEM is expected"]
