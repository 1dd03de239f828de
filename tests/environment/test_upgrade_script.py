"""What deploy/containers/upgrade.sh has compose do; with real containers: tests/composed/soak/test_upgrade.py."""

import subprocess
from pathlib import Path

from alembic.script import ScriptDirectory

from deploy.service_names import SERVICES
from services.chassis.tasks import migrations

ROOT = Path(__file__).parents[2]
COMPOSE = """#!/bin/sh
[ "$1" = config ] && exec printf '%s-worker\\n' documents pieces registrations accounts
[ "$1" = ps ] && exec echo "old-$3"
echo "${PORTAIL_VERSION:-} $*" >>"$0.calls"
"""


def test_the_way_back_ends_with_what_the_version_before_looks_for_in_its_own_tables(tmp_path: Path) -> None:
    """Each service's tasks are given back by the version that is left, after the last container of it has gone; what
    was heard and not done is done by the version before."""
    calls = called(tmp_path, "back", "0.2.0")
    undoing = [call.split() for call in calls if "downgrade" in call]
    assert calls[-1].endswith("up -d --no-deps --wait proxy")
    last = calls[-1 - 2 * len(SERVICES) : -1]
    assert all("downgrade" in call for call in last[::2])
    assert all(call.startswith(" exec") and call.endswith("replay --all") for call in last[1::2])
    assert {(words[0], words[4]) for words in undoing} == {("0.2.0", f"{service}-migrate") for service in SERVICES}
    for words in undoing:
        scripts = ScriptDirectory(str(ROOT / words[-3]))
        undone = [script.module.downgrade for script in scripts.iterate_revisions("head", words[-1])]
        assert undone[-1] is migrations.give_tasks_back, words


def test_the_way_back_is_not_begun_without_the_version_that_is_left(tmp_path: Path) -> None:
    assert called(tmp_path, "back") == []


def called(folder: Path, *words: str) -> list[str]:
    compose = folder / "compose"
    compose.write_text(COMPOSE)
    compose.chmod(0o755)
    (folder / "compose.calls").touch()
    script = ROOT / "deploy/containers/upgrade.sh"
    subprocess.run(
        ["bash", str(script), *words], env={"PATH": "/usr/bin:/bin", "COMPOSE": str(compose), "ENGINE": "true"},
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    return (folder / "compose.calls").read_text().splitlines()
