"""What a container finds in its environment: settings, and secrets by their names, never their content."""

from typing import Any

from tests.kubernetes.rendered import Object, Workload, named
from tests.support.compose_file import COMPOSE_SERVICES

SECRETS = "/run/secrets/"


def environment_of(objects: list[Object], container: Object) -> dict[str, str]:
    values: dict[str, str] = {}
    for source in container.get("envFrom", []):
        values |= named(objects, "ConfigMap", source["configMapRef"]["name"])["data"]
    for variable in container.get("env", []):
        values[variable["name"]] = variable["value"] if "value" in variable else _value_from(objects, variable)
    return values


def _value_from(objects: list[Object], variable: Object) -> str:
    reference = variable["valueFrom"]["configMapKeyRef"]
    return str(named(objects, "ConfigMap", reference["name"])["data"][reference["key"]])


def composed_environment(service: str) -> dict[str, str]:
    """The same of docker-compose.yml; what is empty there is null in YAML."""
    values: dict[str, Any] = COMPOSE_SERVICES[service].get("environment", {})
    return {name: "" if value is None else str(value) for name, value in values.items()}


def secrets_by_path(workload: Workload) -> dict[str, str]:
    """Keys of Secrets by the paths at which the process reads them."""
    folders = {mount["name"]: mount["mountPath"] for mount in workload.process["volumeMounts"]}
    return {
        f"{folders[volume['name']]}/{item['path']}": item["key"]
        for volume in workload.pod.get("volumes", [])
        for secret in _secrets_in(volume)
        for item in secret["items"]
    }


def _secrets_in(volume: Object) -> list[Object]:
    projected = volume.get("projected", {}).get("sources", [])
    return [each["secret"] for each in [volume, *projected] if "secret" in each]


def composed_secrets(service: str) -> dict[str, str]:
    """Names of secrets by the paths at which docker-compose.yml puts them."""
    given = COMPOSE_SERVICES[service].get("secrets", [])
    return dict(_path_and_name(entry) for entry in given)


def _path_and_name(entry: str | dict[str, str]) -> tuple[str, str]:
    return (SECRETS + entry, entry) if isinstance(entry, str) else (entry["target"], entry["source"])
