"""Steps before the processes start: migrations, a service's command, the demonstration's staff
accounts."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryFile
from typing import IO

from deploy.local.children import Plan
from deploy.local.forking import Forked
from deploy.local.state_folder import write_private
from deploy.service_names import SERVICES
from services.accounts.domain.staff import scopes_of

DEMONSTRATION_STAFF = {
    "staff": ("gestionnaire@portail.example", "gestionnaire", "03"),
    "admin": ("administrateur@portail.example", "administrateur", ""),
}


class StepFailed(Exception):
    """A command before the start failed; the message is its output."""


def migrate(plan: Plan) -> None:
    """Migrate every database to its newest revision, all at once. Raises StepFailed."""
    with ExitStack() as stack:
        for output in [
            stack.enter_context(_running_command(plan, service, "migrate")) for service in SERVICES
        ]:
            output()


def create_demonstration_staff(plan: Plan) -> None:
    """At the first start: a gestionnaire of one académie and an administrateur, written to
    demo.json with passwords and tokens that have all scopes of their roles."""
    if plan.state.demo.exists():
        return
    people = {name: _create_staff(plan, name) for name in DEMONSTRATION_STAFF}
    write_private(plan.state.demo, json.dumps(people, indent=2, ensure_ascii=False))


def _create_staff(plan: Plan, name: str) -> dict[str, str]:
    email, role, academies = DEMONSTRATION_STAFF[name]

    def run(command: str, *words: str, typed: str = "") -> dict[str, str]:
        return dict(
            json.loads(
                run_command(plan, "accounts", command, "--email", email, *words, typed=typed)
            )
        )

    person = ("--role", role, "--academies", academies, "--nom", "DEMONSTRATION", "--prenoms", role)
    password = plan.secrets.staff_passwords[name]
    try:
        created = run("create-staff", *person, "--password-stdin", typed=password)
    except StepFailed:  # an earlier start ended between this step and the writing of demo.json
        created = run("renew-staff", "--password-stdin", typed=password)
    token = run("create-token", "--scopes", ",".join(sorted(scopes_of(role))))["token"]
    return {**{key: created[key] for key in ("email", "password", "totp_secret")}, "token": token}


def run_command(plan: Plan, service: str, *words: str, typed: str = "") -> str:
    """Run a service's command with `typed` on its standard input; returns its output. Raises
    StepFailed."""
    with _running_command(plan, service, *words, typed=typed) as output:
        return output()


@contextmanager
def _running_command(
    plan: Plan, service: str, *words: str, typed: str = ""
) -> Iterator[Callable[[], str]]:
    """Start a command; yields a function that waits for its output and raises StepFailed."""
    with TemporaryFile() as written, TemporaryFile() as output, TemporaryFile() as errors:
        written.write(typed.encode())
        written.seek(0)
        environment = plan.service_environment(service)
        process = Forked(
            (f"services.{service}", *words),
            environment,
            typed=written,
            output=output,
            errors=errors,
        )

        def result() -> str:
            if process.wait():
                raise StepFailed(
                    f"{service} {' '.join(words)} :\n{_text_of(output)}{_text_of(errors)}"
                )
            return _text_of(output)

        yield result


def _text_of(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()
