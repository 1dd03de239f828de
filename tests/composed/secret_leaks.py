"""Finds secrets of the project's secret files in texts, in every form in which they could appear
there."""

import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.containers.secret_makers import SECRET_MAKERS

Values = dict[str, str]
"""The name of the secret's file, by each value to look for."""


def secret_values(folder: Path) -> Values:
    """Whole texts, passwords in URLs, the broker's password hashes; empty where there is no such
    folder."""
    if not folder.is_dir():
        return {}
    texts = {name: (folder / name).read_text(encoding="utf-8").strip() for name in SECRET_MAKERS}
    values = {value: name for name, text in texts.items() for value in _forms(text)}
    users = json.loads((folder / "rabbitmq-users.json").read_text(encoding="utf-8"))["users"]
    return values | {user["password_hash"]: "rabbitmq-users.json" for user in users}


def leaked_secrets(text: str | bytes, values: Values) -> set[str]:
    content = text.encode() if isinstance(text, str) else text
    return {name for value, name in values.items() if value.encode() in content}


def _forms(text: str) -> set[str]:
    if "://" not in text:
        return {line for line in text.splitlines() if not line.startswith("-----")}
    password = urlsplit(text).password
    return (
        {text, password, unquote(password)} if password else set()
    )  # an address alone is no secret
