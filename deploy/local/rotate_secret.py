"""`python -m deploy.local.rotate_secret signing-key [--promote | --drop-old]`: one step of rotating
a secret.

VAR_DIR says of which portal. Its running launcher notices and restarts the processes concerned, one
by one. The steps and what lies between them: docs/operations/run.md, « Turn a key ».
"""

import dataclasses
import sys
from typing import Any

from deploy.containers.secret_makers import ROTATABLE, SECRET_MAKERS
from deploy.local.children import Plan
from deploy.local.command import write_environments
from deploy.local.state_folder import Secrets, SecretsUnreadable, chosen_state
from deploy.local.supervisor import NotReady, Supervisor
from deploy.secret_rotation import Step, StepOutOfOrder, rotate_text

READY_SECONDS = 150.0


def main() -> None:
    name, *words = sys.argv[1:] or [""]
    steps = [word.removeprefix("--") for word in words] or [Step.ADD]
    if name not in ROTATABLE or len(steps) > 1 or steps[0] not in list(Step):
        sys.exit(
            f"python -m deploy.local.rotate_secret {{{','.join(ROTATABLE)}}} [--promote | "
            "--drop-old]"
        )
    state = chosen_state()
    try:
        state.write_secrets(secrets_after(state.read_secrets(), name, Step(steps[0])))
    except (SecretsUnreadable, StepOutOfOrder) as error:
        sys.exit(f"rotate_secret: {error}")


def secrets_after(current: Secrets, name: str, step: Step) -> Secrets:
    """The secrets after this step for the one of this name. Raises StepOutOfOrder."""
    client = name.removesuffix("-client-secret")
    field = name.replace("-", "_")
    if client != name:
        text = rotate_text(current.clients[client], step, SECRET_MAKERS[name])
        return dataclasses.replace(current, clients={**current.clients, client: text})
    changed: dict[str, Any] = {
        field: rotate_text(getattr(current, field), step, SECRET_MAKERS[name])
    }
    return dataclasses.replace(current, **changed)


def reload_secrets(plan: Plan, supervisor: Supervisor) -> Plan:
    """Where the file of secrets has changed: restart, one after the other, the processes whose
    environment changes.

    Returns the plan in force. A file that cannot be read changes nothing: the processes keep what
    they have.
    """
    try:
        stored = plan.state.read_secrets()
    except SecretsUnreadable:
        return plan
    if stored == plan.secrets:
        return plan
    new_plan = dataclasses.replace(plan, secrets=stored)
    write_environments(new_plan)
    try:
        for child in (new_plan.objects(), *new_plan.children()):
            if supervisor.replace(child):
                supervisor.wait_ready([child.name], READY_SECONDS)
        print("Secrets relus : chaque processus a les siens.", flush=True)
    except NotReady as error:
        print(f"Secrets relus, mais ne répond pas : {error}. Voir {plan.state.logs}.", flush=True)
    return new_plan


if __name__ == "__main__":
    main()
