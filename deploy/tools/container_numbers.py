"""Write anew the numbers and images that files of the containers repeat: `python -m
deploy.tools.container_numbers`.

The default of a setting stands in the `settings.py` of its process; in docker-compose.yml where
containers alone know it. The proxy lets bodies pass that are larger than what the gateway and the
services take, so that these refuse them.
"""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

from deploy.service_names import SERVICES
from gateway.app import FORM_LIMIT
from gateway.web.justificatifs.file_reception import ENVELOPE_BYTES
from services.chassis.process.capacity import MAX_BODY_BYTES
from services.chassis.settings import Settings
from services.contracts.api.administration import MAX_CATALOGUE_BYTES
from services.contracts.document_rules import MAX_ARCHIVE_BYTES
from services.contracts.piece_rules import MAX_FILE_BYTES, MAX_UPLOAD_PART_BYTES

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
KUBERNETES = ROOT / "deploy/kubernetes/base"
PROXY = ROOT / "deploy/containers/proxy/portal.conf"
PROCESSES = ("gateway", *(f"services.{service}" for service in SERVICES))
OF_CONTAINERS = {"PORTAIL_ENV", "PUBLIC_URL", "LOG_LEVEL", "ANTIVIRUS_URL", "PORTAIL_OFFSET"}
"""Settings whose default in containers is their own."""
EXAMPLES = {"BACKUP_REPOSITORY", "TLS_CERTIFICATE", "TLS_KEY"}
"""Whose line in compose.env.example shows what one may write, not the default."""
MEBIBYTE = 1024 * 1024
_DEFAULT = re.compile(r"\$\{(?P<name>\w+):-(?P<value>[^${}]*)\}")
_BODY_SIZE = re.compile(r"client_max_body_size (\d+)m;")
# In Kubernetes' files, « memory: 1Gi } # GATEWAY_MEMORY ».
_MEMORY = re.compile(r"(?P<value>\w+)(?: \})+ # (?P<name>\w+)$", re.MULTILINE)
# Where a file repeats a default: « name » and « value »; or an image: its name, and its tag with
# its digest.
REPEATED: tuple[tuple[str, str], ...] = (
    ("deploy/compose.env.example", r"^# (?P<name>\w+)=(?P<value>.*)$"),
    ("deploy/containers/pooler/compose.yml", _DEFAULT.pattern),
    ("deploy/images/Dockerfile", r"^ARG (?P<name>\w+_IMAGE)=(?P<value>.+)$"),
    ("deploy/backups/*.py", r'environ\.get\("(?P<name>\w+)", "(?P<value>.*?)"\)'),
    ("deploy/kubernetes/base/settings.env", r"^(?P<name>\w+)=(?P<value>.*)$"),
    ("deploy/kubernetes/base/*/settings.env", r"^(?P<name>\w+)=(?P<value>.*)$"),
    (
        "deploy/kubernetes/components/versions/kustomization.yaml",
        r"name: (?P<name>[\w/]+), newTag: (?P<value>\S+)",
    ),
    ("deploy/kubernetes/examples/rabbitmq.yaml", r"image: (?P<name>rabbitmq):(?P<value>\S+)"),
)


def written() -> dict[Path, str]:
    """Each of these files as it has to be."""
    compose = _with(_of_processes(), _DEFAULT, COMPOSE.read_text(encoding="utf-8"))
    files = {COMPOSE: compose, PROXY: _with_body_sizes(PROXY.read_text(encoding="utf-8"))}
    defaults = {name: value for name, value in _defaults_of(compose) if name not in EXAMPLES}
    defaults |= dict(
        value.split(":", 1) for name, value in defaults.items() if name.endswith("_IMAGE")
    )
    for pattern, place in REPEATED:
        for file in ROOT.glob(pattern):
            files[file] = _with(
                defaults, re.compile(place, re.MULTILINE), file.read_text(encoding="utf-8")
            )
    sizes = {
        name: f"{value[:-1]}{value[-1].upper()}i"
        for name, value in defaults.items()
        if value[-1:] in ("m", "g")
    }
    for file in KUBERNETES.glob("*/*.yaml"):
        files[file] = _with(sizes, _MEMORY, file.read_text(encoding="utf-8"))
    return files


def _of_processes() -> dict[str, str]:
    """Defaults by the names of the settings, as an environment has them."""
    named: dict[str, object] = {}
    for process in PROCESSES:
        for value in vars(import_module(f"{process}.settings")).values():
            if isinstance(value, type) and issubclass(value, Settings):
                named |= _defaults(value)
    texts = {
        name: f"{value:g}" if isinstance(value, float) else str(value)
        for name, value in named.items()
    }
    return {name: text for name, text in texts.items() if name not in OF_CONTAINERS}


def _defaults(settings: type[Settings]) -> dict[str, object]:
    fields = dataclasses.fields(settings)
    return {
        field.name.upper(): field.default
        for field in fields
        if field.default is not dataclasses.MISSING
    }


def _defaults_of(compose: str) -> Iterator[tuple[str, str]]:
    """Of docker-compose.yml, those within others first."""
    while match := _DEFAULT.search(compose):
        yield match["name"], match["value"]
        compose = compose[: match.start()] + match["value"] + compose[match.end() :]


def _with(defaults: Mapping[str, str], place: re.Pattern[str], text: str) -> str:
    """`text` with these defaults wherever `place` finds one of their names."""

    def replaced(match: re.Match[str]) -> str:
        start = match.start("value") - match.start()
        end = match.end("value") - match.start()
        return match[0][:start] + defaults.get(match["name"], match["value"]) + match[0][end:]

    return place.sub(replaced, text)


def _with_body_sizes(text: str) -> str:
    """In their order: forms, deposited files, what exam offices publish."""
    forms = max(
        FORM_LIMIT, MAX_BODY_BYTES, MAX_UPLOAD_PART_BYTES, MAX_CATALOGUE_BYTES + ENVELOPE_BYTES
    )
    sizes = iter((forms, MAX_FILE_BYTES + ENVELOPE_BYTES, MAX_ARCHIVE_BYTES + ENVELOPE_BYTES))
    return _BODY_SIZE.sub(lambda _: f"client_max_body_size {next(sizes) // MEBIBYTE + 1}m;", text)


if __name__ == "__main__":
    for file, text in written().items():
        file.write_text(text, encoding="utf-8")
