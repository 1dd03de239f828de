"""Commands of accounts for administrators of the machine: staff accounts and their tools' tokens.
Secrets are printed once, as JSON on standard output, and stored only hashed or sealed."""

import json
import secrets
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TextIO

import click
from flask import Flask
from flask.cli import with_appcontext

from services.accounts.domain.staff import Role
from services.accounts.jobs import registry
from services.accounts.models import audit_chain
from services.accounts.operations import (
    identity_changes,
    second_factor,
    staff_accounts,
    staff_tokens,
)
from services.accounts.queries import staff as staff_queries
from services.chassis.tasks import audit_jobs, commands
from services.chassis.tasks.commands import errors_as_messages, operator
from services.contracts.account_rules import (
    LONGEST_TOKEN_DAYS,
    REASON_LENGTHS,
    TOKEN_DAYS_WORDS,
    default_token_days,
)

STDIN_HELP = "Lire le mot de passe sur l'entrée standard au lieu de le tirer au sort"
DAYS_HELP = f"Durée de validité ; à défaut {TOKEN_DAYS_WORDS}"
REASON_HELP = "Pourquoi : gardé dans le journal des actes"


def register(app: Flask) -> None:
    commands.register(app, registry)
    audit_jobs.register(app, registry, audit_chain)
    staff_commands = (create_staff, renew_staff, disable_staff, enable_staff, list_staff)
    for command in (
        *staff_commands,
        create_token,
        list_tokens,
        revoke_token,
        reseal_secrets,
        erase_again,
    ):
        app.cli.add_command(command)


@click.command("erase-again")
@click.argument("ids", type=click.File())
@with_appcontext
def erase_again(ids: TextIO) -> None:
    """Efface les comptes du fichier IDS (« - » : ce qui est tapé), un par ligne, qu'une
    restauration a ramenés ; leurs candidatures d'abord, par la même commande de registrations."""
    for account_id in ids.read().split():
        identity_changes.erase_later(account_id)


def _checked_reason(
    _context: click.Context, _option: click.Parameter, reason: str | None
) -> str | None:
    shortest, longest = REASON_LENGTHS
    if reason is not None and not shortest <= len(reason) <= longest:
        raise click.BadParameter(f"de {shortest} à {longest} caractères")
    return reason


@click.command("create-staff")
@click.option("--email", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option(
    "--academies",
    default="",
    help="Codes séparés par des virgules, sauf pour un administrateur : 03,05",
)
@click.option("--nom", required=True)
@click.option("--prenoms", required=True)
@click.option("--password-stdin", is_flag=True, help=STDIN_HELP)
@click.option(
    "--unless-there",
    is_flag=True,
    help="Ne rien faire si un compte de gestion a déjà cette adresse",
)
def create_staff(
    email: str,
    role: str,
    academies: str,
    nom: str,
    prenoms: str,
    password_stdin: bool,
    unless_there: bool,
) -> None:
    """Crée un compte de gestion ; affiche une seule fois son mot de passe et le secret de son
    second facteur."""
    if unless_there and staff_queries.id_at(email):
        return
    password = _password(password_stdin)
    with errors_as_messages():
        staff_id, totp_secret = staff_accounts.create_staff(
            operator(),
            email=email,
            password=password,
            role=Role(role),
            academies=_split_list(academies),
            nom=nom,
            prenoms=prenoms,
        )
    _print_json({"id": staff_id, "email": email, "password": password, "totp_secret": totp_secret})


@click.command("renew-staff")
@click.option("--email", required=True)
@click.option("--password-stdin", is_flag=True, help=STDIN_HELP)
def renew_staff(email: str, password_stdin: bool) -> None:
    """Donne à un compte de gestion un nouveau mot de passe et un nouveau second facteur, affichés
    une seule fois ; ses sessions et ses jetons prennent fin."""
    password = _password(password_stdin)
    with errors_as_messages():
        staff_id, totp_secret = staff_accounts.renew_staff(email, password, operator())
    _print_json({"id": staff_id, "email": email, "password": password, "totp_secret": totp_secret})


@click.command("disable-staff")
@click.option("--email", required=True)
@click.option("--reason", required=True, callback=_checked_reason, help=REASON_HELP)
def disable_staff(email: str, reason: str) -> None:
    """Désactive un compte de gestion : ses sessions et ses jetons prennent fin, rien n'est
    effacé."""
    with errors_as_messages():
        staff_accounts.disable_staff(staff_queries.staff_id_of(email), reason, operator())


@click.command("enable-staff")
@click.option("--email", required=True)
@click.option("--reason", required=True, callback=_checked_reason, help=REASON_HELP)
def enable_staff(email: str, reason: str) -> None:
    """Réactive un compte de gestion, avec son mot de passe et son second facteur ; ses jetons
    restent révoqués."""
    with errors_as_messages():
        staff_accounts.enable_staff(staff_queries.staff_id_of(email), reason, operator())


@click.command("list-staff")
def list_staff() -> None:
    """Affiche les comptes de gestion, désactivés ou non : un objet JSON par ligne, sans aucun
    secret."""
    for member in staff_queries.staff_page(limit=None).items:
        _print_json(asdict(member))


@click.command("create-token")
@click.option("--email", required=True, help="Adresse du compte de gestion")
@click.option("--name", default="outil", show_default=True, help="À quoi sert ce jeton")
@click.option("--scopes", default="pieces:read,pieces:control", show_default=True)
@click.option("--days", type=click.IntRange(1, LONGEST_TOKEN_DAYS), help=DAYS_HELP)
def create_token(email: str, name: str, scopes: str, days: int | None) -> None:
    """Crée un jeton d'accès personnel pour un outil ; l'affiche une seule fois."""
    asked = _split_list(scopes)
    life = timedelta(days=days or default_token_days(asked))
    with errors_as_messages():
        token_id, token = staff_tokens.create_token(
            email, name=name, scopes=asked, life=life, actor=operator()
        )
    _print_json({"id": token_id, "token": token})


@click.command("list-tokens")
@click.option("--email", help="Ceux de ce compte de gestion seulement")
def list_tokens(email: str | None) -> None:
    """Affiche les jetons des outils, révoqués et expirés compris : un objet JSON par ligne, sans
    aucun secret."""
    with errors_as_messages():
        staff_id = staff_queries.staff_id_of(email) if email else None
    for token in staff_queries.token_page(staff_id, limit=None).items:
        _print_json(asdict(token))


@click.command("revoke-token")
@click.argument("token_id")
@click.option("--reason", callback=_checked_reason, help=REASON_HELP)
def revoke_token(token_id: str, reason: str | None) -> None:
    """Révoque un jeton par son identifiant (list-tokens)."""
    with errors_as_messages():
        staff_tokens.revoke_token(token_id, operator(), reason)


@click.command("reseal-secrets")
def reseal_secrets() -> None:
    """Scelle les seconds facteurs avec la première clé (SEALING_KEY) : les anciennes peuvent
    ensuite être retirées.

    Peut être relancée ; finit avec 1 et nomme ceux qu'aucune clé en vigueur n'ouvre, laissés tels
    quels.
    """
    resealed, unopened = second_factor.reseal_second_factors(operator())
    _print_json({"resealed": resealed, "unopened": unopened})
    if unopened:
        raise click.ClickException(
            "rétablissez la clé qui manque, ou donnez un nouveau second facteur (renew-staff)"
        )


def _split_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _password(from_stdin: bool) -> str:
    """Return the first line of standard input, or sixteen random characters that every password
    profile accepts."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return f"{secrets.token_urlsafe(10)[:12]}aA.1"


def _print_json(values: Mapping[str, object]) -> None:
    """Print an object on one line, its instants as ISO 8601."""
    click.echo(json.dumps(values, ensure_ascii=False, default=datetime.isoformat))
