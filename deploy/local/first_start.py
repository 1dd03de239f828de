"""What comes before the processes: migrations, the demonstration catalogue, and staff to try the tools with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryFile
from typing import IO

from deploy import broker
from deploy.local.children import SERVICES, Plan
from deploy.local.forking import Forked
from deploy.local.place import write_demo
from services.accounts.domain.staff import scopes_of

STAFF = {
    "staff": ("gestionnaire@portail.example", "gestionnaire", "03"),
    "admin": ("administrateur@portail.example", "administrateur", ""),
}


class StepFailed(Exception):
    """A command before the start failed; its own words say why."""


def migrate(plan: Plan) -> None:
    """Every database to its newest revision; the four at once."""
    with ExitStack() as stack:
        for output in [stack.enter_context(_under_way(plan, service, "migrate")) for service in SERVICES]:
            output()


def declare_queues(plan: Plan) -> None:
    """The broker's queues and bindings, from the contracts."""
    broker.declare(plan.broker_url)


def load_catalogue(plan: Plan) -> None:
    command(plan, "registrations", "load-catalogue", "catalogue")


def demonstration_staff(plan: Plan) -> None:
    """Once: a gestionnaire of one académie and an administrateur, written to demo.json with passwords and tokens
    for all that they may do."""
    if plan.place.demo.exists():
        return
    write_demo(plan.place, {name: _staff(plan, name) for name in STAFF})


def _staff(plan: Plan, name: str) -> dict[str, str]:
    email, role, academies = STAFF[name]
    who = ("--email", email, "--role", role, "--academies", academies, "--nom", "DEMONSTRATION", "--prenoms", name)
    typed = plan.secrets.staff_passwords[name]
    try:
        made = json.loads(command(plan, "accounts", "create-staff", *who, "--password-stdin", typed=typed))
    except StepFailed:  # an earlier start ended between this step and the writing of demo.json
        made = json.loads(command(plan, "accounts", "renew-staff", "--email", email, "--password-stdin", typed=typed))
    scopes = ("--scopes", ",".join(sorted(scopes_of(role))))
    token = json.loads(command(plan, "accounts", "create-token", "--email", email, *scopes))["token"]
    return {**{key: made[key] for key in ("email", "password", "totp_secret")}, "token": token}


def command(plan: Plan, service: str, *words: str, typed: str = "") -> str:
    """Run a command of a service's, which reads `typed`; its output. Raises StepFailed."""
    with _under_way(plan, service, *words, typed=typed) as output:
        return output()


@contextmanager
def _under_way(plan: Plan, service: str, *words: str, typed: str = "") -> Iterator[Callable[[], str]]:
    """Give what waits for a command's output. That raises StepFailed."""
    with TemporaryFile() as written, TemporaryFile() as output, TemporaryFile() as errors:
        written.write(typed.encode())
        written.seek(0)
        environment = plan.service_environment(service)
        process = Forked((f"services.{service}", *words), environment, typed=written, output=output, errors=errors)

        def result() -> str:
            if process.wait():
                raise StepFailed(f"{service} {' '.join(words)} :\n{_text_of(output)}{_text_of(errors)}")
            return _text_of(output)

        yield result


def _text_of(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()
