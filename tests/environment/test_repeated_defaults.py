"""What operators may set has one default: the files that have to repeat it say the same.

A setting of a process has its default in the process's `settings.py`; one that only containers know, in
`docker-compose.yml`.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from deploy.service_names import CLIENTS
from gateway.app import FORM_LIMIT
from gateway.settings import GatewaySettings
from gateway.web.justificatifs.file_reception import ENVELOPE_BYTES, STAFF_UPLOADS_AT_ONCE
from services.accounts.signing import TOKEN_SECONDS
from services.chassis.events.retention import EVENT_RETENTION
from services.chassis.process.capacity import STOP_SECONDS
from services.chassis.web.access_tokens import LEEWAY_SECONDS
from services.chassis.web.body_limit import MAX_BODY_BYTES
from services.contracts.catalogue_rules import MAX_CATALOGUE_BYTES
from services.contracts.file_rules import MAX_FILE_BYTES, MAX_UPLOAD_PART_BYTES
from services.contracts.publication_rules import MAX_ARCHIVE_BYTES, MAX_CSV_BYTES
from services.objects.settings import ObjectSettings
from services.pieces.inspection.confinement import LIMITS
from services.pieces.settings import PiecesSettings
from tests.support.compose_file import COMPOSE, COMPOSE_DEFAULTS, COMPOSE_SERVICES, expanded
from tests.support.process_settings import SETTINGS

ROOT = Path(__file__).parents[2]
POOLER = ROOT / "deploy/containers/pooler/compose.yml"
DOCKERFILE = ROOT / "deploy/images/Dockerfile"
EXAMPLE = ROOT / "deploy/compose.env.example"
PROJECT = ROOT / "pyproject.toml"
OPERATIONS = "docs/operations.md"
EXAMPLES = {"BACKUP_REPOSITORY", "TLS_CERTIFICATE", "TLS_KEY"}
"""Whose line in compose.env.example shows what one may write, not the default."""
_ARGUMENT = re.compile(r"^ARG (\w+_IMAGE)=(.+)$", re.MULTILINE)
_EXAMPLE = re.compile(r"^# (\w+)=(.*)$", re.MULTILINE)
_BACKUP_SETTING = re.compile(r'environ\.get\("(\w+)", "(.*?)"\)')
_VERSION = re.compile(r'^version = "(.+)"$', re.MULTILINE)


_, POOLER_DEFAULTS = expanded(POOLER.read_text(encoding="utf-8"))
DEFAULTS = {**dict(POOLER_DEFAULTS), **dict(COMPOSE_DEFAULTS)}


def numbers_in(path: str, pattern: str) -> list[int]:
    """The numbers that a file has where a pattern says, in their order."""
    return [int(number) for number in re.findall(pattern, (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)]


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


def test_containers_default_to_what_the_process_does() -> None:
    for process in CLIENTS:
        environment = COMPOSE_SERVICES[process]["environment"]
        operators = set(DEFAULTS) - {"PORTAIL_ENV"}
        fields = {field.name.upper(): field for field in dataclasses.fields(SETTINGS[process])}
        compared = {
            name: (_read(environment[name], type(fields[name].default)), fields[name].default)
            for name in operators & set(environment) & set(fields)
            if fields[name].default is not dataclasses.MISSING
        }
        assert {"LOG_LEVEL", "PAGE_SECONDS", "PUBLIC_URL"} <= set(compared)
        assert not {name: pair for name, pair in compared.items() if pair[0] != pair[1]}, f"settings.py of {process}"


def test_a_stop_of_a_container_waits_for_what_is_under_way() -> None:
    ours = [service for name, service in COMPOSE_SERVICES.items() if name.partition("-")[0] in CLIENTS]
    assert len(ours) > len(CLIENTS)
    assert all(int(service["stop_grace_period"].removesuffix("s")) > STOP_SECONDS for service in ours)


def test_an_upgrade_gives_what_runs_as_long_to_stop_as_compose_does() -> None:
    [seconds] = numbers_in("deploy/containers/upgrade.sh", r"^STOP_SECONDS=(\d+)")
    assert COMPOSE_SERVICES["gateway"]["stop_grace_period"] == f"{seconds}s"


def test_the_proxy_lets_pass_what_the_gateway_takes() -> None:
    sizes = numbers_in("deploy/containers/proxy/portal.conf", r"client_max_body_size (\d+)m;")
    forms, files, sendings, tables_of_tools, pdfs_of_tools = (size * 1024 * 1024 for size in sizes)
    assert forms >= max(FORM_LIMIT, MAX_BODY_BYTES, MAX_UPLOAD_PART_BYTES, MAX_CATALOGUE_BYTES + ENVELOPE_BYTES)
    assert files >= MAX_FILE_BYTES + ENVELOPE_BYTES
    assert sendings >= MAX_ARCHIVE_BYTES + ENVELOPE_BYTES
    assert tables_of_tools >= MAX_CSV_BYTES
    assert pdfs_of_tools >= MAX_ARCHIVE_BYTES


def test_a_gateways_tmp_holds_what_it_receives_at_the_same_time() -> None:
    tmpfs = COMPOSE_SERVICES["gateway"]["tmpfs"]
    [size] = re.findall(r"/tmp:size=\D*(\d+)m", " ".join(tmpfs))
    uploads = GatewaySettings.uploads_at_once * (MAX_FILE_BYTES + ENVELOPE_BYTES)
    assert int(size) * 1024 * 1024 >= uploads + STAFF_UPLOADS_AT_ONCE * (MAX_ARCHIVE_BYTES + ENVELOPE_BYTES)


def test_a_pieces_has_the_memory_of_what_it_inspects_at_the_same_time() -> None:
    """The formula is the one by which operators reckon PIECES_MEMORY."""
    limit = COMPOSE_SERVICES["pieces"]["deploy"]["resources"]["limits"]["memory"]
    megabyte, files, inspections = 1000 * 1000, 16, PiecesSettings.inspections_at_once
    needed = inspections * (LIMITS.memory + 80 * megabyte) + 150 * megabyte + files * MAX_FILE_BYTES
    assert int(limit.removesuffix("m")) * 1024 * 1024 >= needed


def test_replaced_files_and_handled_events_stay_longer_than_backups_of_the_databases() -> None:
    [days] = numbers_in("deploy/containers/backup/pgbackrest.conf", r"^repo1-retention-full=(\d+)$")
    assert min(ObjectSettings.kept_days, EVENT_RETENTION.days) > days


def test_prometheus_keeps_what_the_objectives_look_back_at() -> None:
    [days] = set(numbers_in("deploy/monitoring/rules/objectives.yml", r"\[(\d+)d\]"))
    assert int(DEFAULTS["PROMETHEUS_DAYS"]) >= days


def test_commands_that_operators_paste_wait_and_look_back_as_long_as_the_code_does() -> None:
    assert set(numbers_in(OPERATIONS, r"publish-again --days (\d+)")) == {EVENT_RETENTION.days}
    assert set(numbers_in(OPERATIONS, r"^sleep (\d+)")) == {TOKEN_SECONDS + 2 * LEEWAY_SECONDS}


def _read(value: object, kind: type) -> object:
    """A value of the YAML file, where an empty text is null, as the process reads it."""
    return kind("" if value is None else value)
