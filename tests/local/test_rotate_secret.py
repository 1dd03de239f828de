"""The one-machine portal rotates a secret: a command writes the step, the launcher restarts the
processes concerned."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.containers.secret_makers import ROTATABLE
from deploy.local import rotate_secret
from deploy.local.children import Child, Plan, free_ports
from deploy.local.state_folder import Secrets, StateFolder
from deploy.local.supervisor import Supervisor
from deploy.secret_rotation import Step, secrets_in
from deploy.service_names import SERVICES
from services.chassis.signing_keys import load_keys
from services.documents.paper_seal import PaperSeal

PORTS = dict.fromkeys(free_ports(), 9)


class SleepingPlan(Plan):
    """The same processes with the same environments, that do nothing."""

    def children(self) -> list[Child]:
        return [_asleep(child) for child in super().children()]

    def objects(self) -> Child:
        return _asleep(super().objects())


def _asleep(child: Child) -> Child:
    return Child(child.name, ("sleep", "600"), child.environment, is_ours=False)


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    made = StateFolder(tmp_path / "var")
    made.prepare()
    made.load_or_create_secrets()
    return made


@pytest.fixture
def supervisor(state: StateFolder) -> Iterator[Supervisor]:
    started = Supervisor(state.logs)
    yield started
    started.stop()


def texts(secrets: Secrets) -> dict[str, str]:
    clients = {f"{client}-client-secret": text for client, text in secrets.clients.items()}
    names = ("signing-key", "paper-key", "audit-key", "sealing-key", "seal-key")
    return {name: getattr(secrets, name.replace("-", "_")) for name in names} | clients


def test_each_secret_is_turned_in_steps_and_no_other_changes(state: StateFolder) -> None:
    before = state.load_or_create_secrets()
    for name in ROTATABLE:
        (old,) = secrets_in(texts(before)[name])
        added = rotate_secret.secrets_after(before, name, Step.ADD)
        assert secrets_in(texts(added)[name])[0] == old, name
        promoted = rotate_secret.secrets_after(added, name, Step.PROMOTE)
        rotated = texts(rotate_secret.secrets_after(promoted, name, Step.DROP_OLD))
        assert {other for other, text in rotated.items() if text != texts(before)[other]} == {name}


def test_a_folder_from_before_there_were_some_keys_is_read_and_given_them(
    state: StateFolder,
) -> None:
    held = json.loads(state.secrets_file.read_text())
    del held["sealing_key"], held["paper_key"]
    state.secrets_file.write_text(json.dumps(held))
    given = state.load_or_create_secrets()
    assert given.sealing_key == ""
    assert (
        len(secrets_in(rotate_secret.secrets_after(given, "sealing-key", Step.ADD).sealing_key))
        == 1
    )
    assert load_keys(given.paper_key)
    assert state.load_or_create_secrets() == given == state.read_secrets()


def test_a_folder_has_a_certificate_for_papers_which_documents_alone_is_given(
    state: StateFolder,
) -> None:
    made = state.paper_seal.read_bytes()
    plan = Plan(state, state.load_or_create_secrets(), 8080, 0.0, PORTS)
    assert state.paper_seal.read_bytes() == made
    assert state.paper_seal.stat().st_mode & 0o777 == 0o600
    given = [
        service for service in SERVICES if "PAPER_SEAL_FILE" in plan.service_environment(service)
    ]
    assert given == ["documents"]
    assert PaperSeal(plan.service_environment("documents")["PAPER_SEAL_FILE"], "").room


CONCERNED = {
    "paper-key": {"documents", "documents-worker"},
    "signing-key": {"accounts", "accounts-worker"},
    "seal-key": {"gateway"},
    "pieces-client-secret": {"accounts", "accounts-worker", "pieces", "pieces-worker"},
}


def test_the_launcher_starts_again_whom_it_concerns_and_nobody_else(
    state: StateFolder, supervisor: Supervisor
) -> None:
    plan: Plan = SleepingPlan(state, state.load_or_create_secrets(), 9, 0.0, PORTS)
    for child in (plan.objects(), *plan.children()):
        supervisor.start(child)
    for name, concerned in CONCERNED.items():
        before = pids(supervisor)
        assert rotate_secret.reload_secrets(plan, supervisor) is plan
        state.write_secrets(rotate_secret.secrets_after(plan.secrets, name, Step.ADD))
        plan = rotate_secret.reload_secrets(plan, supervisor)
        after = pids(supervisor)
        assert {child for child in after if after[child] != before[child]} == concerned, name
        environments = json.loads(state.environments.read_text())
        assert environments["accounts"]["SIGNING_KEY"] == plan.secrets.signing_key, name
    assert rotate_secret.reload_secrets(plan, supervisor) is plan


def test_a_file_that_is_away_or_no_secrets_changes_nothing(
    state: StateFolder, supervisor: Supervisor
) -> None:
    plan = SleepingPlan(state, state.load_or_create_secrets(), 9, 0.0, PORTS)
    whole = dataclasses.asdict(plan.secrets)
    without_pieces = {
        client: secret for client, secret in whole["clients"].items() if client != "pieces"
    }
    amiss: tuple[dict[str, object], ...] = (
        {"clients": without_pieces},
        {"clients": []},
        {"signing_key": ""},
        {"seal_key": None},
    )
    wrong = [json.dumps(whole | changes) for changes in amiss]
    for text in ("", "{}", "[1", '{"signing_key": 3, "more": 4}', *wrong):
        state.secrets_file.write_text(text)
        assert rotate_secret.reload_secrets(plan, supervisor) is plan
    state.secrets_file.unlink()
    assert rotate_secret.reload_secrets(plan, supervisor) is plan
    assert not state.secrets_file.exists()


def pids(supervisor: Supervisor) -> dict[str, int]:
    return {name: running.process.pid for name, running in supervisor._running.items()}
