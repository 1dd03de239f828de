"""Settings and secrets are those of the code and of docker-compose.yml; what is given starts each process."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.containers.secrets import make
from deploy.service_names import CLIENTS
from tests.kubernetes.environments import (
    SECRETS,
    composed_environment,
    composed_secrets,
    environment_of,
    secrets_by_path,
)
from tests.kubernetes.rendered import Object, Workload, named, of_kind, workload, workloads
from tests.support.process_settings import SETTINGS

OF_THE_PLACE = {"ENV", "PUBLIC_URL", "OUTER_PROXIES"}
"""Settings whose value is each installation's own."""
ADDED = {
    "proxy": {"GATEWAY": "nginx's resolver knows no search domains"},
    "postgres": {"PGDATA": "a volume's own folder has rights that PostgreSQL refuses"},
    "rabbitmq": {"ERL_MAX_PORTS": "in the place of ulimits"},
}
LEFT_OUT = {"tls-certificate": "the Ingress ends TLS", "tls-key": "the same", "pgbackrest-cipher.conf": "no backups"}
"""Secrets of docker-compose.yml that no container gets in a cluster."""


@pytest.fixture(scope="module")
def secret_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make secrets` makes, of which the Secret is made."""
    folder = tmp_path_factory.mktemp("secrets")
    make(folder)
    return folder


def test_settings_and_secrets_are_those_of_the_code_and_of_compose(objects: list[Object], secret_files: Path) -> None:
    assert unknown_settings(objects) == []
    assert other_settings_than_composed(objects) == []
    assert other_secrets_than_composed(objects) == []
    assert of_kind(objects, "Secret") == [], "no object holds a secret"
    keys = {key for each in workloads(objects) for key in secrets_by_path(each).values()}
    assert keys <= {path.name for path in secret_files.iterdir()}


def test_each_process_starts_with_what_it_is_given(objects: list[Object], secret_files: Path) -> None:
    for each in [each for each in workloads(objects) if each.service in CLIENTS]:
        secrets = secrets_by_path(each)
        environment = environment_of(objects, each.process)
        for name, value in environment.items():
            if value.startswith(SECRETS):
                environment[name] = str(secret_files / secrets[value])
        SETTINGS[each.service].read(environment)


def test_the_ingress_has_the_host_that_people_type(production: list[Object]) -> None:
    public_url = environment_of(production, workload(production, "gateway").process)["PUBLIC_URL"]
    ingress = named(production, "Ingress", "portail")["spec"]
    assert [rule["host"] for rule in ingress["rules"]] == ingress["tls"][0]["hosts"] == [urlsplit(public_url).netloc]


def unknown_settings(objects: list[Object]) -> list[str]:
    """Settings that the process does not read; of those that all processes share, that none reads."""
    shared = _shared_settings(objects)
    return [
        f"{each.name}/{container['name']}: {name} is no setting of {each.service}"
        for each in workloads(objects)
        if each.service in CLIENTS
        for container in each.containers
        for name in environment_of(objects, container)
        if name.removesuffix("_FILE").lower() not in _fields(each.service) | shared
    ]


def _shared_settings(objects: list[Object]) -> set[str]:
    """Those of every process that at least one reads."""
    [shared] = [each["data"] for each in of_kind(objects, "ConfigMap") if "PAGE_SECONDS" in each["data"]]
    return {name.lower() for name in shared} & set().union(*map(_fields, CLIENTS))


def _fields(service: str) -> set[str]:
    return {field.name for field in dataclasses.fields(SETTINGS[service])}


def other_settings_than_composed(objects: list[Object]) -> list[str]:
    """Settings that are missing, too many, or of another value than in docker-compose.yml."""
    return [complaint for each in workloads(objects) for complaint in _other_settings(objects, each)]


def _other_settings(objects: list[Object], each: Workload) -> list[str]:
    secrets, composed = secrets_by_path(each), composed_secrets(each.name)
    here = {name: secrets.get(value, value) for name, value in environment_of(objects, each.process).items()}
    there = {name: composed.get(value, value) for name, value in composed_environment(each.name).items()}
    names = here.keys() | there.keys() - OF_THE_PLACE
    return [
        f"{each.name}: {name} is {here.get(name)!r}, in docker-compose.yml {there.get(name)!r}"
        for name in sorted(names - ADDED.get(each.name, {}).keys() - (OF_THE_PLACE & there.keys()))
        if here.get(name) != there.get(name)
    ]


def other_secrets_than_composed(objects: list[Object]) -> list[str]:
    """Secrets that a container gets and compose's does not, or the other way round."""
    return [
        f"{each.name}: {name}"
        for each in workloads(objects)
        for name in sorted(
            set(secrets_by_path(each).values()) ^ (set(composed_secrets(each.name).values()) - LEFT_OUT.keys())
        )
    ]
