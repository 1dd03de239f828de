"""`portail verify`: what the QR of a paper holds, checked without a network. Knows what a QR says
alone."""

import base64
import hashlib
import json
from pathlib import Path

import click
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portail.failures import ExitCode, Failure

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SIGNATURE_BYTES = 64
LABELS = ("Document", "Examen", "Session", "Spécialité", "Date", "Initiales", "Année de naissance")
NOT_OURS = "Ce QR code ne porte pas la signature du portail : le document n'est pas authentique."


@click.command("verify")
@click.argument("content", metavar="CONTENU")
@click.option(
    "--keys",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="Les clés du portail, gardées depuis https://PORTAIL/.well-known/paper-keys.json.",
)
def verify(content: str, file: Path) -> None:
    """Vérifier, sans réseau, le CONTENU du QR code d'un document : ce qu'il dit, s'il est signé par
    le portail.

    Ce que le document est devenu depuis (remplacé, retiré), le portail seul le sait.
    """
    page, _, signed = content.strip().partition("#")
    try:
        raw = base64.urlsafe_b64decode(signed + "=" * (-len(signed) % 4))
        facts = raw[:-SIGNATURE_BYTES]
        signature = raw[-SIGNATURE_BYTES:]
        said = json.loads(facts)
        texts = [f"{item['x']}=" for item in json.loads(file.read_text(encoding="utf-8"))["keys"]]
        keys = [
            Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(text)) for text in texts
        ]
    except (ValueError, KeyError, TypeError) as error:
        sentence = f"Ce n'est pas le QR code d'un document, ou {file} ne contient pas de clés."
        raise Failure(sentence, ExitCode.USAGE) from error
    if not any(_has_signed(key, facts, signature) for key in keys) or not page.endswith(
        f"/{_code_of(signature)}"
    ):
        raise Failure(NOT_OURS, ExitCode.REFUSED)
    for label, value in zip(LABELS, said, strict=False):
        click.echo(f"{label} : {value or '-'}")


def _has_signed(key: Ed25519PublicKey, facts: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, facts)
    except InvalidSignature:
        return False
    return True


def _code_of(signature: bytes) -> str:
    number = int.from_bytes(hashlib.sha256(signature).digest()[:8], "big")
    code = "".join(ALPHABET[(number >> 5 * place) & 31] for place in range(12))
    return "-".join(code[start : start + 4] for start in range(0, 12, 4))
