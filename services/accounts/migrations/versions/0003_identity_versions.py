"""One version of an identity has one content: the database refuses another one under a version already borne."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

IDENTITY = (
    "email",
    "civilite",
    "nom_famille",
    "nom_usage",
    "prenoms",
    "date_naissance",
    "pays_naissance",
    "departement_naissance",
    "commune_naissance",
    "commune_hors_liste",
)
SAID = "a changed identity bears a new version"


def upgrade() -> None:
    _renumber_overtaken()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_identity_without_version() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{SAID}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER accounts_identity_versions BEFORE UPDATE ON accounts FOR EACH ROW "
            f"WHEN ({_refused('IS DISTINCT FROM')}) EXECUTE FUNCTION refuse_identity_without_version()"
        )
        return
    op.execute(
        "CREATE TRIGGER accounts_identity_versions BEFORE UPDATE ON accounts "
        f"WHEN {_refused('IS NOT')} BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER accounts_identity_versions ON accounts")
        op.execute("DROP FUNCTION refuse_identity_without_version()")
        return
    op.execute("DROP TRIGGER accounts_identity_versions")


def _refused(differs: str) -> str:
    changed = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in IDENTITY)
    return f"NEW.version < OLD.version OR (NEW.version = OLD.version AND ({changed}))"


def _renumber_overtaken() -> None:
    """A pending change whose version another identity took meanwhile comes after that one."""
    accounts = sa.table("accounts", sa.column("id"), sa.column("version"))
    pending = sa.table("identity_changes", sa.column("account_id"), sa.column("version"))
    current = sa.select(accounts.c.version).where(accounts.c.id == pending.c.account_id).scalar_subquery()
    op.execute(sa.update(pending).where(pending.c.version <= current).values(version=current + 1))
