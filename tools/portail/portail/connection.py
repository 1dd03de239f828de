"""Where the portal is and with which token it is called: the environment, else a file that nobody
else may read.

A token is never an argument: arguments stand in the list of processes and in the shell's history.
"""

import os
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from portail.failures import ExitCode, Failure

URL_VARIABLE = "PORTAIL_URL"
TOKEN_VARIABLE = "PORTAIL_TOKEN"  # noqa: S105 - the name of a variable
PLAIN_HTTP_VARIABLE = "PORTAIL_SANS_TLS"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def config_file() -> Path:
    """Where `portail configure` writes."""
    return (
        Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        / "portail"
        / "config.toml"
    )


def state_folder() -> Path:
    """For what the tool remembers between two commands."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "portail"


def read_connection() -> tuple[str, str]:
    """Address, without a slash at its end, and token. Raises Failure without one of them, for a
    file open to others, and where the token would go in clear."""
    url = os.environ.get(URL_VARIABLE)
    token = os.environ.get(TOKEN_VARIABLE)
    if not (url and token):
        stored = _read_file(config_file())
        url = url or stored.get("url")
        token = token or stored.get("token")
    if not url or not token:
        missing = URL_VARIABLE if not url else TOKEN_VARIABLE
        raise Failure(
            f"{missing} n'est pas renseigné : exécutez « portail configure ».", ExitCode.USAGE
        )
    return checked_url(url), checked_token(token)


def checked_url(url: str) -> str:
    """The address without what the tool adds to it. Raises Failure for one that is none, or that is
    not protected."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise Failure("L'adresse du portail n'en est pas une.", ExitCode.USAGE) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise Failure(
            "L'adresse du portail commence par https:// et ne contient pas d'identifiant.",
            ExitCode.USAGE,
        )
    is_safe = parts.scheme == "https" or parts.hostname in _LOOPBACK
    if not is_safe and os.environ.get(PLAIN_HTTP_VARIABLE) != "oui":
        sentence = (
            f"Le jeton passerait en clair : utilisez https://, ou {PLAIN_HTTP_VARIABLE}=oui sur un "
            "réseau sûr."
        )
        raise Failure(sentence, ExitCode.USAGE)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def checked_token(token: str) -> str:
    """The token without spaces around it. Raises Failure for one that no header holds; it is not
    quoted anywhere."""
    stripped = token.strip()
    if not stripped or not all("!" <= char <= "~" for char in stripped):
        raise Failure(
            "Le jeton comporte un caractère qu'aucun jeton n'a : copiez-le à nouveau.",
            ExitCode.USAGE,
        )
    return stripped


def write_config(url: str, token: str) -> Path:
    """Store both where only the user can read them. Returns the file. Raises Failure."""
    if set('"\\\n\r') & set(url + token.strip()):
        raise Failure(
            "L'adresse ou le jeton contiennent un caractère qui n'y a pas sa place.",
            ExitCode.USAGE,
        )
    file = config_file()
    write_private(file, f'url = "{checked_url(url)}"\ntoken = "{checked_token(token)}"\n')
    return file


def write_private(file: Path, text: str) -> None:
    """Replace a file at once by one of mode 600."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(
        os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as stream:
        stream.write(text)
    new.replace(file)


def _read_file(file: Path) -> dict[str, str]:
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    if os.name == "posix" and mode & 0o077:
        raise Failure(
            f"D'autres que vous peuvent lire {file} : exécutez « chmod 600 {file} ».",
            ExitCode.USAGE,
        )
    try:
        return {name: str(value) for name, value in tomllib.loads(text).items()}
    except tomllib.TOMLDecodeError as error:
        raise Failure(f"{file} n'est pas lisible : {error}", ExitCode.USAGE) from error
