"""The command that makes the containers' secrets: all of them, once, whole, and to the services'
liking."""

import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import service_names
from deploy.containers import derived_files, secrets
from deploy.containers.secret_makers import ROTATABLE, SECRET_MAKERS
from deploy.secret_rotation import Step, StepOutOfOrder, secrets_in
from gateway.seal import Seal
from services.accounts.domain.passwords import GUIDE, mistakes
from services.accounts.settings import ClientSecrets
from services.chassis.events.topology import EXCHANGE
from services.chassis.settings import Secret
from services.chassis.signing_keys import load_keys
from services.contracts import EVENTS
from services.objects import ObjectStore


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    secrets.make(tmp_path / "secrets")
    return tmp_path / "secrets"


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a host without our packages runs it."""
    command = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        "import sys; sys.path.insert(0, '.'); import runpy; ",
    ]
    command[-1] += (
        "runpy.run_module('deploy.containers.secrets', run_name='__main__', alter_sys=True)"
    )
    return subprocess.run(
        [*command, *arguments], cwd=secrets.ROOT, capture_output=True, text=True, check=False
    )


def test_accounts_takes_the_demonstration_password_and_the_store_client_the_urls_of_buckets(
    folder: Path,
) -> None:
    assert mistakes((folder / "demo-password").read_text(), GUIDE) == []
    for service in service_names.OBJECT_SERVICES:
        ObjectStore((folder / f"{service}-objects-url").read_text())


def test_the_store_knows_each_service_for_its_own_bucket_and_backups_for_reading(
    folder: Path,
) -> None:
    identities = json.loads((folder / "objects-identities.json").read_text())["identities"]
    assert {identity["name"]: identity["actions"] for identity in identities} == {
        "accounts": ["Admin:accounts"],
        "documents": ["Admin:documents"],
        "pieces": ["Admin:pieces"],
        "backup": ["Read:documents", "List:documents", "Read:pieces", "List:pieces"],
    }
    for identity in identities:
        (pair,) = identity["credentials"]
        assert len(pair["accessKey"]) >= 16
        url = (folder / f"{identity['name']}-objects-url").read_text()
        bucket = identity["name"] if identity["name"] in service_names.OBJECT_SERVICES else ""
        assert url == f"s3+http://{pair['accessKey']}:{pair['secretKey']}@objects:8333/{bucket}"


def test_the_repository_is_encrypted_by_the_secret_that_the_operator_keeps(folder: Path) -> None:
    settings = (folder / "pgbackrest-cipher.conf").read_text()
    assert f"repo1-cipher-pass={(folder / 'backup-cipher-pass').read_text()}\n" in settings
    assert "repo1-cipher-type=aes-256-cbc" in settings


def test_only_the_folder_guards_the_files_so_that_containers_read_them(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o444}


def test_running_again_changes_nothing(folder: Path) -> None:
    before = {path: (path.read_bytes(), path.stat().st_ino) for path in folder.iterdir()}
    done = secrets.make(folder)
    assert (done.made, done.derived) == ([], [])
    assert {path: (path.read_bytes(), path.stat().st_ino) for path in folder.iterdir()} == before


def test_a_deleted_secret_is_made_anew_and_what_is_derived_follows(folder: Path) -> None:
    before = contents(folder)
    (folder / "pieces-broker-url").unlink()
    done = secrets.make(folder)
    after = contents(folder)
    assert (done.made, done.derived) == (["pieces-broker-url"], ["rabbitmq-users.json"])
    assert {name for name in after if after[name] != before[name]} == {
        "pieces-broker-url",
        "rabbitmq-users.json",
    }
    old, new = (json.loads(texts["rabbitmq-users.json"])["users"] for texts in (before, after))
    assert [user["name"] for user in new if user not in old] == ["pieces"]


def test_what_an_operator_wrote_himself_is_kept_and_made_readable(folder: Path) -> None:
    mine = folder / "mail-url"
    mine.unlink()
    mine.write_text("smtps://portail:p%40ss@mail.example:465\n")
    mine.chmod(0o600)
    secrets.make(folder)
    assert mine.read_text() == "smtps://portail:p%40ss@mail.example:465\n"
    assert mine.stat().st_mode & 0o777 == 0o444


def test_an_operators_own_broker_password_reaches_the_broker_decoded(folder: Path) -> None:
    url = folder / "documents-broker-url"
    url.unlink()
    url.write_text("amqp://documents:p%2Fss%40@rabbitmq:5672/portail\n")
    secrets.make(folder)
    users = json.loads((folder / "rabbitmq-users.json").read_text())["users"]
    hashed = base64.b64decode(
        next(user["password_hash"] for user in users if user["name"] == "documents")
    )
    assert hashed[4:] == hashlib.sha256(hashed[:4] + b"p/ss@").digest()


def test_what_cannot_be_a_secret_is_named_without_its_content(folder: Path) -> None:
    for name, text, said in (
        ("accounts-broker-url", "amqp://accounts@rabbitmq/very-secret", "accounts-broker-url"),
        ("seal-key", "\n", "seal-key is empty"),
    ):
        (folder / name).unlink()
        (folder / name).write_text(text)
        ended = run(str(folder))
        assert ended.returncode == 1, name
        assert said in ended.stderr
        assert "very-secret" not in ended.stderr + ended.stdout


def test_a_folder_that_a_container_engine_made_in_a_files_place_is_named(tmp_path: Path) -> None:
    for name in ("signing-key", "client-secrets"):
        taken = tmp_path / name
        taken.mkdir()
        ended = run(str(tmp_path))
        assert ended.returncode == 1
        assert f"{taken} is a folder" in ended.stderr
        taken.rmdir()


def test_python_alone_is_enough_and_no_secret_is_shown(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    for _ in range(2):
        ended = run(str(folder))
        assert (ended.returncode, ended.stderr) == (0, "")
        assert str(folder) in ended.stdout
        assert not [name for name, text in contents(folder).items() if text.strip() in ended.stdout]
    assert f"kept {len(SECRET_MAKERS)} " in ended.stdout
    assert not list(folder.glob(".*"))


def test_names_of_the_broker_are_those_of_the_services() -> None:
    assert derived_files.EXCHANGE == EXCHANGE
    assert sorted(
        type for service in service_names.SERVICES for type in derived_files.types_of(service)
    ) == sorted(event.TYPE for event in EVENTS)


# A secret is rotated in steps: what every process starts with is written, and nothing else changes


def test_the_new_one_comes_second_then_first_then_alone(folder: Path) -> None:
    for name in ROTATABLE:
        (old,) = secrets_in(read(folder, name))
        secrets.rotate(folder, name, Step.ADD)
        first, new = secrets_in(read(folder, name))
        assert (first, new != old) == (old, True), name
        secrets.rotate(folder, name, Step.PROMOTE)
        assert secrets_in(read(folder, name)) == [new, old], name
        secrets.rotate(folder, name, Step.DROP_OLD)
        assert secrets_in(read(folder, name)) == [new], name


def read(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8").strip()


def test_each_process_reads_both(folder: Path) -> None:
    for name in ROTATABLE:
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
    changed = {name for name, text in contents(folder).items() if text != before[name]}
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


def test_the_command_refuses_what_makes_no_sense(folder: Path) -> None:
    before = contents(folder)
    for words in (
        ("turn",),
        ("turn", "mail-url"),
        ("turn", "--promote"),
        ("turn", "seal-key", "--drop-old"),
    ):
        ended = run(*words, *([str(folder)] if len(words) > 1 else []))
        assert (ended.returncode, bool(ended.stderr)) == (1, True), words
    assert contents(folder) == before
