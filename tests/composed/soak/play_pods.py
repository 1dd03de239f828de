"""Plays the pods of the Kubernetes demonstration until Ctrl-C, then takes them down: `make kubernetes-play`."""

from __future__ import annotations

import shlex
import signal
import sys

from tests.composed.soak.played_portal import PlayedPortal
from tests.support.missing_services import NotInstalled

RENEW_STAFF = "python -m services.accounts renew-staff --email gestionnaire@portail.example"


def main() -> None:
    """Ends with a sentence where containers cannot be played."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        portal = PlayedPortal()
    except NotInstalled as absence:
        sys.exit(str(absence))
    try:
        portal.play()
        print(f"The portal: {portal.url}; its mails: {portal.mails_url}. For {portal.url}/gestion:")
        print(f"  {shlex.join(portal.engine_command)} exec {portal.container_of('accounts')} {RENEW_STAFF}")
        print("Ctrl-C takes it down.", flush=True)
        signal.pause()
    except KeyboardInterrupt:
        print("Taken down …", flush=True)
    finally:
        portal.stop()


if __name__ == "__main__":
    main()
