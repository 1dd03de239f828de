"""`python -m deploy.local.turn signing-key [--promote | --drop-old]`: a step of turning one of this portal's secrets.

VAR_DIR says which portal. Where it runs, its launcher notices and starts the processes concerned again, one by one.
The steps and what lies between them: docs/operations.md, « Turn a key ».
"""

from __future__ import annotations

import dataclasses
import os
import secrets
import sys
from pathlib import Path

from cryptography.fernet import Fernet

from deploy.local.children import Plan
from deploy.local.command import write_environments
from deploy.local.place import CLIENTS, Place, Secrets, Unreadable, new_signing_key
from deploy.local.supervisor import NotReady, Supervisor
from deploy.turning import Step, Untimely, turned

READY_SECONDS = 150.0
NAMES = ("signing-key", "sealing-key", "seal-key", *(f"{client}-client-secret" for client in CLIENTS))


def main() -> None:
    name, *words = sys.argv[1:] or [""]
    steps = [word.removeprefix("--") for word in words] or [Step.ADD]
    if name not in NAMES or len(steps) > 1 or steps[0] not in list(Step):
        sys.exit(f"python -m deploy.local.turn {{{','.join(NAMES)}}} [--promote | --drop-old]")
    place = Place(Path(os.environ.get("VAR_DIR", "var")).resolve())
    try:
        place.write_secrets(after(place.secrets_there(), name, Step(steps[0])))
    except (Unreadable, Untimely) as error:
        sys.exit(f"turn: {error}")


def after(held: Secrets, name: str, step: Step) -> Secrets:
    """The secrets once the step is taken with the one of this name. Raises Untimely."""
    if name.endswith("-client-secret"):
        client = name.removesuffix("-client-secret")
        text = turned(held.clients[client], step, lambda: secrets.token_urlsafe(32))
        return dataclasses.replace(held, clients={**held.clients, client: text})
    if name == "signing-key":
        return dataclasses.replace(held, signing_key=turned(held.signing_key, step, new_signing_key))
    if name == "sealing-key":
        return dataclasses.replace(held, sealing_key=turned(held.sealing_key, step, lambda: secrets.token_urlsafe(32)))
    return dataclasses.replace(held, seal_key=turned(held.seal_key, step, lambda: Fernet.generate_key().decode()))


def take_up_secrets(plan: Plan, supervisor: Supervisor) -> Plan:
    """Where the file of the secrets has changed: start again, one after the other, who is started with something else.

    A file that cannot be read changes nothing: the processes go on with what they have.
    """
    try:
        there = plan.place.secrets_there()
    except Unreadable:
        return plan
    if there == plan.secrets:
        return plan
    now = dataclasses.replace(plan, secrets=there)
    write_environments(now)
    try:
        for child in (now.objects(), *now.children()):
            if supervisor.replace(child):
                supervisor.wait_ready([child.name], READY_SECONDS)
        print("Secrets relus : chaque processus a les siens.", flush=True)
    except NotReady as error:
        print(f"Secrets relus, mais ne répond pas : {error}. Voir {plan.place.logs}.", flush=True)
    return now


if __name__ == "__main__":
    main()
