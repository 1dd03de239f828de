"""Settings and secrets are those of the code and of docker-compose.yml; what is given starts each process."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.containers.secrets import make
from deploy.service_names import CLIENTS
from services.objects.settings import ObjectSettings
from tests.kubernetes import settings
from tests.kubernetes.environments import SECRETS, environment_of, secrets_by_path
from tests.kubernetes.rendered import Object, named, of_kind, workload, workloads
from tests.support.process_settings import SETTINGS


@pytest.fixture(scope="module")
def secret_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make secrets` makes, of which the Secret is made."""
    folder = tmp_path_factory.mktemp("secrets")
    make(folder)
    return folder


def test_every_setting_exists(objects: list[Object]) -> None:
    assert settings.unknown_settings(objects) == []


def test_a_setting_that_is_gone_is_noticed(objects: list[Object]) -> None:
    workload(objects, "documents-worker").process["env"] = [{"name": "GONE", "value": "1"}]
    assert settings.unknown_settings(objects) == ["documents-worker/process: GONE is no setting of documents"]


def test_settings_are_those_of_compose(objects: list[Object]) -> None:
    assert settings.other_settings_than_composed(objects) == []


def test_a_setting_of_another_value_is_noticed(objects: list[Object]) -> None:
    workload(objects, "pieces").process["env"] = [{"name": "KEPT_DAYS", "value": "1"}]
    assert settings.other_settings_than_composed(objects) == [
        f"pieces: KEPT_DAYS is '1', in docker-compose.yml '{ObjectSettings.kept_days}'"
    ]


def test_a_setting_that_only_compose_has_is_noticed(objects: list[Object]) -> None:
    [gateway] = [each for each in of_kind(objects, "ConfigMap") if "SEAL_KEY_FILE" in each["data"]]
    del gateway["data"]["UPLOADS_AT_ONCE"]
    [complaint] = settings.other_settings_than_composed(objects)
    assert complaint.startswith("gateway: UPLOADS_AT_ONCE")


def test_each_gets_its_own_secrets_and_no_others(objects: list[Object]) -> None:
    assert settings.other_secrets_than_composed(objects) == []


def test_a_secret_too_many_is_noticed(objects: list[Object]) -> None:
    items = workload(objects, "gateway").pod["volumes"][0]["secret"]["items"]
    items.append({"key": "signing-key", "path": "signing-key"})
    assert settings.other_secrets_than_composed(objects) == ["gateway: signing-key"]


def test_no_object_holds_a_secret(objects: list[Object]) -> None:
    assert of_kind(objects, "Secret") == []


def test_every_secret_is_one_that_make_secrets_makes(objects: list[Object], secret_files: Path) -> None:
    keys = {key for each in workloads(objects) for key in secrets_by_path(each).values()}
    assert keys <= {path.name for path in secret_files.iterdir()}


@pytest.mark.parametrize("process", CLIENTS)
def test_each_process_starts_with_what_it_is_given(objects: list[Object], process: str, secret_files: Path) -> None:
    given = [each for each in workloads(objects) if each.service == process]
    for each in given:
        secrets = secrets_by_path(each)
        environment = environment_of(objects, each.process)
        for name, value in environment.items():
            if value.startswith(SECRETS):
                environment[name] = str(secret_files / secrets[value])
        SETTINGS[process].read(environment)


def test_the_ingress_has_the_host_that_people_type(objects: list[Object], overlay: str) -> None:
    public_url = environment_of(objects, workload(objects, "gateway").process)["PUBLIC_URL"]
    if overlay == "demonstration":
        assert of_kind(objects, "Ingress") == []
        return
    ingress = named(objects, "Ingress", "portail")["spec"]
    assert [rule["host"] for rule in ingress["rules"]] == ingress["tls"][0]["hosts"] == [urlsplit(public_url).netloc]
