"""What the project's secret files say, in every form in which it could be written down elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.containers.secret_makers import SECRET_MAKERS

Values = dict[str, str]
"""By value, the name of its file."""


def secret_values(folder: Path) -> Values:
    """Whole texts, passwords of URLs, the broker's hashes. Nothing where there is no such folder."""
    if not folder.is_dir():
        return {}
    found = {
        value: name for name in SECRET_MAKERS for value in _forms((folder / name).read_text(encoding="utf-8").strip())
    }
    users = json.loads((folder / "rabbitmq-users.json").read_text(encoding="utf-8"))["users"]
    return found | {user["password_hash"]: "rabbitmq-users.json" for user in users}


def told(text: str | bytes, values: Values) -> set[str]:
    """Names of the secrets that a text gives away."""
    content = text.encode() if isinstance(text, str) else text
    return {name for value, name in values.items() if value.encode() in content}


def _forms(text: str) -> set[str]:
    if "://" not in text:
        return {line for line in text.splitlines() if not line.startswith("-----")}
    password = urlsplit(text).password
    return {text, password, unquote(password)} if password else set()  # an address alone is no secret
