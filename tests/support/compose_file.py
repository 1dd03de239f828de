"""docker-compose.yml as Compose reads it where an operator has set nothing."""

import re
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"
_MERGE = "tag:yaml.org,2002:merge"
_INNER = re.compile(r"\$\{(\w+):-([^${}]*)\}")


def expanded(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The text as Compose reads it where nothing is set, and each ${NAME:-default} in it, from the
    inside out."""
    defaults: list[tuple[str, str]] = []
    while match := _INNER.search(text):
        defaults.append((match[1], match[2]))
        text = text[: match.start()] + match[2] + text[match.end() :]
    return text, defaults


class _Loader(yaml.SafeLoader):
    """Merges (`<<: [first, second]`) as Compose does: the first of equal keys counts. PyYAML 6.0.4
    takes the last."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        pairs = {key.value: (key, value) for key, value in node.value if key.tag != _MERGE}
        merged = [value for key, value in node.value if key.tag == _MERGE]
        for mapping in chain.from_iterable(map(_mappings, merged)):
            self.flatten_mapping(mapping)
            for key, value in mapping.value:
                pairs.setdefault(key.value, (key, value))
        node.value = list(pairs.values())


def _mappings(merged: yaml.Node) -> list[yaml.MappingNode]:
    return [merged] if isinstance(merged, yaml.MappingNode) else merged.value


_TEXT, COMPOSE_DEFAULTS = expanded(COMPOSE.read_text(encoding="utf-8"))
COMPOSE_SERVICES: dict[str, dict[str, Any]] = yaml.load(_TEXT, _Loader)["services"]
"""The file's services by name."""
