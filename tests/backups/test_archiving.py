"""PostgreSQL's archive_command, where there is neither a repository nor pgBackRest's settings."""

from __future__ import annotations

import subprocess
from pathlib import Path

COMMAND = Path(__file__).parents[2] / "deploy" / "containers" / "backup" / "pgbackrest-archive"
SEGMENT = "pg_wal/000000010000000000000001"


def archived(cluster: Path) -> bool:
    """Whether PostgreSQL would think that the segment is safe."""
    done = subprocess.run([COMMAND, SEGMENT], cwd=cluster, capture_output=True, check=False)
    return done.returncode == 0


def test_wal_is_let_go_where_nobody_keeps_backups(tmp_path: Path) -> None:
    assert archived(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_cluster_that_has_backups_holds_its_wal_while_the_repository_is_away(tmp_path: Path) -> None:
    (tmp_path / "archiving").touch()
    assert not archived(tmp_path)
