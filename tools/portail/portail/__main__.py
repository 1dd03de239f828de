"""The command `portail`."""

import os
import sys
import traceback

import click

from portail import __version__
from portail.administration_commands import incidents, messages, openings, retention
from portail.candidatures_commands import candidatures, epreuves
from portail.changes_commands import changes
from portail.connection import checked_url, write_config
from portail.documents_commands import documents
from portail.failures import ExitCode, Failure
from portail.output import write_utf8
from portail.pieces_commands import pieces
from portail.verification import verify


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="portail %(version)s")
def portail() -> None:
    """Les pièces et les candidatures du portail des candidats, depuis un terminal. Les heures sont
    celles de Paris.

    L'adresse et le jeton viennent de PORTAIL_URL et PORTAIL_TOKEN, ou du fichier qu'écrit « portail
    configure ». Codes de sortie : 0 fait, 2 commande ou fichier incorrect, 3 jeton refusé ou droit
    manquant, 4 introuvable, 5 refusé par le portail, 6 portail indisponible, 7 fait en partie, 130
    interrompu.
    """


@portail.command("configure")
def configure() -> None:
    """Enregistrer l'adresse et le jeton dans un fichier que vous seul pouvez lire."""
    url = checked_url(click.prompt("Adresse du portail"))
    token = click.prompt("Jeton", hide_input=True)
    click.echo(f"Enregistré dans {write_config(url, token)}.")


for command in (
    pieces,
    candidatures,
    epreuves,
    documents,
    changes,
    openings,
    incidents,
    messages,
    retention,
    verify,
):
    portail.add_command(command)


def main() -> None:
    """Run the command that was typed, and exit with its code."""
    write_utf8()
    try:
        portail.main(standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        sys.exit(ExitCode.INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(ExitCode.USAGE)
    except Failure as failure:
        click.echo(failure.detail, err=True)
        sys.exit(failure.code)
    except (
        BrokenPipeError,
        SystemExit,
    ):  # who reads the output has seen enough: click then ends by itself
        _drop_output()
        sys.exit(ExitCode.DONE)
    except OSError as error:
        click.echo(f"{error.filename or 'Le disque'} : {error.strerror or error}", err=True)
        _drop_output()
        sys.exit(ExitCode.UNEXPECTED)
    except Exception as error:  # its text may quote the token, or a candidate
        where = traceback.extract_tb(error.__traceback__)[-1]
        click.echo(
            f"Erreur inattendue : {type(error).__name__}, {where.filename}:{where.lineno}.",
            err=True,
        )
        sys.exit(ExitCode.UNEXPECTED)


def _drop_output() -> None:
    """What could not be written is not tried again at the end of the process."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
