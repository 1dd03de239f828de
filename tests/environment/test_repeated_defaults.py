"""What operators may set has one default: the files that have to repeat it say the same.

A setting of a process has its default in the process's `settings.py`; one that only containers know, in
`docker-compose.yml`.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
import yaml

from deploy.service_names import CLIENTS
from gateway.settings import GatewaySettings
from services.accounts.settings import AccountsSettings
from services.chassis.settings import Settings
from services.documents.settings import DocumentsSettings
from services.pieces.settings import PiecesSettings
from services.registrations.settings import RegistrationsSettings

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
POOLER = ROOT / "deploy/containers/pooler/compose.yml"
DOCKERFILE = ROOT / "deploy/images/Dockerfile"
EXAMPLE = ROOT / "deploy/compose.env.example"
PROJECT = ROOT / "pyproject.toml"
SETTINGS: dict[str, type[Settings]] = {
    "gateway": GatewaySettings,
    "accounts": AccountsSettings,
    "registrations": RegistrationsSettings,
    "documents": DocumentsSettings,
    "pieces": PiecesSettings,
}
EXAMPLES = {"BACKUP_REPOSITORY", "TLS_CERTIFICATE", "TLS_KEY"}
"""Whose line in compose.env.example shows what one may write, not the default."""
_INNER = re.compile(r"\$\{(\w+):-([^${}]*)\}")
_ARGUMENT = re.compile(r"^ARG (\w+_IMAGE)=(.+)$", re.MULTILINE)
_EXAMPLE = re.compile(r"^# (\w+)=(.*)$", re.MULTILINE)
_BACKUP_SETTING = re.compile(r'environ\.get\("(\w+)", "(.*?)"\)')
_VERSION = re.compile(r'^version = "(.+)"$', re.MULTILINE)


def expanded(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The text as Compose reads it where nothing is set, and each ${NAME:-default} in it, from the inside out."""
    defaults: list[tuple[str, str]] = []
    while match := _INNER.search(text):
        defaults.append((match[1], match[2]))
        text = text[: match.start()] + match[2] + text[match.end() :]
    return text, defaults


COMPOSE_TEXT, COMPOSE_DEFAULTS = expanded(COMPOSE.read_text(encoding="utf-8"))
_, POOLER_DEFAULTS = expanded(POOLER.read_text(encoding="utf-8"))
DEFAULTS = {**dict(POOLER_DEFAULTS), **dict(COMPOSE_DEFAULTS)}


def repetitions() -> list[tuple[str, str, str]]:
    """(place, name, default) of every other place that gives a default to something of docker-compose.yml."""
    backups = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "deploy/backups").glob("*.py"))]
    by_place = {
        COMPOSE: COMPOSE_DEFAULTS,
        POOLER: POOLER_DEFAULTS,
        DOCKERFILE: _ARGUMENT.findall(DOCKERFILE.read_text(encoding="utf-8")),
        EXAMPLE: [pair for pair in _EXAMPLE.findall(EXAMPLE.read_text(encoding="utf-8")) if pair[0] not in EXAMPLES],
        ROOT / "deploy/backups": [pair for text in backups for pair in _BACKUP_SETTING.findall(text)],
        PROJECT: [("PORTAIL_VERSION", version) for version in _VERSION.findall(PROJECT.read_text(encoding="utf-8"))],
    }
    return [(place.name, name, default) for place, pairs in by_place.items() for name, default in pairs]


def test_no_two_files_of_containers_have_different_defaults() -> None:
    found = repetitions()
    assert {place for place, _, _ in found} == {
        "docker-compose.yml", "compose.yml", "Dockerfile", "compose.env.example", "backups", "pyproject.toml"
    }  # fmt: skip
    different = [(place, name, default) for place, name, default in found if DEFAULTS.get(name) != default]
    assert not different, "docker-compose.yml says otherwise"


@pytest.mark.parametrize("process", CLIENTS)
def test_containers_default_to_what_the_process_does(process: str) -> None:
    environment = yaml.safe_load(COMPOSE_TEXT)["services"][process]["environment"]
    operators = set(DEFAULTS) - {"PORTAIL_ENV"}
    fields = {field.name.upper(): field for field in dataclasses.fields(SETTINGS[process])}
    compared = {
        name: (_read(environment[name], type(fields[name].default)), fields[name].default)
        for name in operators & set(environment) & set(fields)
        if fields[name].default is not dataclasses.MISSING
    }
    assert {"LOG_LEVEL", "PAGE_SECONDS", "PUBLIC_URL"} <= set(compared)
    assert not {name: pair for name, pair in compared.items() if pair[0] != pair[1]}, f"settings.py of {process}"


def _read(value: object, kind: type) -> object:
    """A value of the YAML file, where an empty text is null, as the process reads it."""
    return kind("" if value is None else value)
