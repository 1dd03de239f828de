"""A secret is rotated in steps: the command writes what every process starts with, and nothing else changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy import service_names
from deploy.containers import secret_makers, secrets
from deploy.secret_rotation import Step, StepOutOfOrder, rotate_text, secrets_in
from gateway.seal import Seal
from services.accounts.settings import ClientSecrets
from services.accounts.signing import load_keys
from services.chassis.settings import Secret
from tests.containers.test_secrets import contents, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    secrets.make(tmp_path / "secrets")
    return tmp_path / "secrets"


def read(folder: Path, name: str) -> str:
    """As a process reads it."""
    return (folder / name).read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("name", secret_makers.ROTATABLE)
def test_the_new_one_comes_second_then_first_then_alone(folder: Path, name: str) -> None:
    (old,) = secrets_in(read(folder, name))
    secrets.rotate(folder, name, Step.ADD)
    first, new = secrets_in(read(folder, name))
    assert (first, new != old) == (old, True)
    secrets.rotate(folder, name, Step.PROMOTE)
    assert secrets_in(read(folder, name)) == [new, old]
    secrets.rotate(folder, name, Step.DROP_OLD)
    assert secrets_in(read(folder, name)) == [new]


def test_each_process_reads_both(folder: Path) -> None:
    for name in secret_makers.ROTATABLE:
        secrets.rotate(folder, name, Step.ADD)
    assert len(load_keys(read(folder, "signing-key"))) == 2
    assert len(Secret(read(folder, "sealing-key")).each) == 2
    Seal(Secret(read(folder, "seal-key")).each)
    accepted = ClientSecrets((folder / "client-secrets").read_text())
    for client in service_names.CLIENTS:
        assert accepted.of(client) == Secret(read(folder, f"{client}-client-secret")).each
        assert len(accepted.of(client)) == 2


def test_a_turn_changes_its_own_file_and_what_is_derived_from_it(folder: Path) -> None:
    before = contents(folder)
    secrets.rotate(folder, "pieces-client-secret", Step.ADD)
    after = contents(folder)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"pieces-client-secret", "client-secrets"}
    secrets.rotate(folder, "pieces-client-secret", Step.DROP_OLD)  # given up: the one in use stays
    assert contents(folder) == before


def test_steps_in_the_wrong_order_change_nothing(folder: Path) -> None:
    before = contents(folder)
    for step in (Step.PROMOTE, Step.DROP_OLD):
        with pytest.raises(StepOutOfOrder, match="add it first"):
            secrets.rotate(folder, "seal-key", step)
    assert contents(folder) == before
    secrets.rotate(folder, "seal-key", Step.ADD)
    with pytest.raises(StepOutOfOrder, match="under way"):
        secrets.rotate(folder, "seal-key", Step.ADD)


def test_what_an_operator_wrote_himself_is_turned_as_it_is() -> None:
    assert rotate_text("mine\n", Step.ADD, lambda: "new") == "mine\nnew\n"
    assert rotate_text("mine\r\nnew\r\n", Step.PROMOTE, lambda: "") == "new\nmine\n"


def test_the_command_takes_each_step_and_shows_no_secret(folder: Path) -> None:
    for words in ((), ("--promote",), ("--drop-old",)):
        ended = run("turn", "signing-key", *words, str(folder))
        assert (ended.returncode, ended.stderr) == (0, "")
        assert not [text for text in contents(folder).values() if text.strip() in ended.stdout]
    assert (folder / "signing-key").stat().st_mode & 0o777 == 0o444
    assert json.loads((folder / "client-secrets").read_text())


@pytest.mark.parametrize(
    "words", [("turn",), ("turn", "mail-url"), ("turn", "--promote"), ("turn", "seal-key", "--drop-old")]
)
def test_the_command_refuses_what_makes_no_sense(folder: Path, words: tuple[str, ...]) -> None:
    before = contents(folder)
    ended = run(*words, *([str(folder)] if len(words) > 1 else []))
    assert (ended.returncode, bool(ended.stderr)) == (1, True)
    assert contents(folder) == before
