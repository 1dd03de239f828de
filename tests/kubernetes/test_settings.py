"""Settings and secrets are those of the code and of docker-compose.yml; what is given starts each
process."""

import dataclasses
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.containers.secrets import make
from deploy.service_names import CLIENTS
from tests.kubernetes import rendered
from tests.kubernetes.rendered import Object, Workload
from tests.support.process_settings import SETTINGS

OF_THE_PLACE = {"ENV", "PUBLIC_URL", "OUTER_PROXIES"}
"""Settings whose value is each installation's own."""
ADDED = {
    "proxy": {"GATEWAY": "nginx's resolver knows no search domains"},
    "postgres": {"PGDATA": "a volume's own folder has rights that PostgreSQL refuses"},
    "rabbitmq": {"ERL_MAX_PORTS": "in the place of ulimits"},
}
LEFT_OUT = {
    "tls-certificate": "the Ingress ends TLS",
    "tls-key": "the same",
    "pgbackrest-cipher.conf": "no backups",
}
"""Secrets of docker-compose.yml that no container gets in a cluster."""


@pytest.fixture(scope="module")
def secret_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make secrets` makes, of which the Secret is made."""
    folder = tmp_path_factory.mktemp("secrets")
    make(folder)
    return folder


def test_settings_and_secrets_are_those_of_the_code_and_of_compose(
    objects: list[Object], secret_files: Path
) -> None:
    [shared] = [
        set(each["data"])
        for each in rendered.of_kind(objects, "ConfigMap")
        if "PAGE_SECONDS" in each["data"]
    ]
    shared = {name.lower() for name in shared} & set().union(
        *map(_fields, CLIENTS)
    )  # that at least one reads
    assert rendered.of_kind(objects, "Secret") == [], "no object holds a secret"
    for each in rendered.workloads(objects):
        keys = set(rendered.secrets_by_path(each).values())
        assert keys == set(rendered.composed_secrets(each.name).values()) - LEFT_OUT.keys(), (
            each.name
        )
        assert keys <= {path.name for path in secret_files.iterdir()}, each.name
        assert _differences(objects, each) == {}, each.name
        for container in each.containers if each.service in CLIENTS else ():
            read = {
                name.removesuffix("_FILE").lower()
                for name in rendered.environment_of(objects, container)
            }
            assert read <= _fields(each.service) | shared, f"{each.name}/{container['name']}"


def test_each_process_starts_with_what_it_is_given(
    objects: list[Object], secret_files: Path
) -> None:
    for each in [each for each in rendered.workloads(objects) if each.service in CLIENTS]:
        secrets = rendered.secrets_by_path(each)
        environment = rendered.environment_of(objects, each.process)
        for name, value in environment.items():
            if value.startswith(rendered.SECRETS):
                environment[name] = str(secret_files / secrets[value])
        SETTINGS[each.service].read(environment)


def test_the_ingress_has_the_host_that_people_type(production: list[Object]) -> None:
    public_url = rendered.environment_of(
        production, rendered.workload(production, "gateway").process
    )["PUBLIC_URL"]
    ingress = rendered.named(production, "Ingress", "portail")["spec"]
    assert (
        [rule["host"] for rule in ingress["rules"]]
        == ingress["tls"][0]["hosts"]
        == [urlsplit(public_url).netloc]
    )


def _fields(service: str) -> set[str]:
    return {field.name for field in dataclasses.fields(SETTINGS[service])}


def _differences(objects: list[Object], each: Workload) -> dict[str, tuple[str | None, str | None]]:
    """Settings that are missing, too many, or of another value than in docker-compose.yml: here,
    there."""
    secrets = rendered.secrets_by_path(each)
    composed = rendered.composed_secrets(each.name)
    here = {
        name: secrets.get(value, value)
        for name, value in rendered.environment_of(objects, each.process).items()
    }
    there = {
        name: composed.get(value, value)
        for name, value in rendered.composed_environment(each.name).items()
    }
    names = (
        (here.keys() | there.keys())
        - ADDED.get(each.name, {}).keys()
        - (OF_THE_PLACE & there.keys())
    )
    return {
        name: (here.get(name), there.get(name))
        for name in names
        if here.get(name) != there.get(name)
    }
