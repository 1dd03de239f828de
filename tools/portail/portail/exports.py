"""What the exports have in common: where to, and the progress of something whose length nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.progress import DownloadColumn, SpinnerColumn, TextColumn

from portail.output import progress_bar

View = TypeVar("View", bound=Callable[..., Any])


def export_command(view: View) -> View:
    """The argument FICHIER.csv; the command gets `target`, and `advance`, to be called with the bytes that came."""

    @click.argument("target", metavar="FICHIER.csv", type=click.Path(dir_okay=False, path_type=Path))
    @wraps(view)
    def command(*args: Any, target: Path, **options: Any) -> Any:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), DownloadColumn())
        with progress_bar(*columns) as progress:
            task = progress.add_task(f"Export vers {target}", total=None)
            view(*args, target=target, advance=lambda size: progress.advance(task, size), **options)
        click.echo(target)

    return command  # type: ignore[return-value]
