"""`python -m deploy.local.command documents parked`: a service's command in the environment of the
last start.

VAR_DIR says which portal. The environment is written at each start, readable by its owner alone,
since it holds secrets and the ports in use.
"""

import json
import os
import sys

from deploy.local.children import Plan
from deploy.local.state_folder import chosen_state, write_private
from deploy.service_names import SERVICES


def write_environments(plan: Plan) -> None:
    """The environment of each process, by its name; a worker's holds its port for health and
    metrics."""
    environments = {child.name: dict(child.environment) for child in plan.children()}
    write_private(plan.state.environments, json.dumps(environments, indent=2))


def main() -> None:
    state = chosen_state()
    if len(sys.argv) < 2 or sys.argv[1] not in SERVICES:
        sys.exit(f"python -m deploy.local.command {{{','.join(SERVICES)}}} COMMANDE …")
    if not state.environments.exists():
        sys.exit(
            f"Aucun portail n'a encore démarré dans {state.root} : lancez « make run » (ou donnez "
            "VAR_DIR)."
        )
    service = sys.argv[1]
    words = sys.argv[2:]
    environment = json.loads(state.environments.read_text(encoding="utf-8"))[service]
    os.execve(sys.executable, [sys.executable, "-m", f"services.{service}", *words], environment)  # noqa: S606


if __name__ == "__main__":
    main()
