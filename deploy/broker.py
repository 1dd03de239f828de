"""The broker's topology, an administrator's step: `python -m deploy.broker declare URL` or `…
definitions [VHOST]`.

`declare` makes exchanges, queues and bindings over AMQP (or in the embedded queue's file);
`definitions` prints them as the file that RabbitMQ loads at its start, for the virtual host VHOST
(« / »). Both come from the contracts.
"""

import json
import sys

from services.chassis.events.broker import bindings_of
from services.chassis.events.connection import connect
from services.chassis.events.topology import definitions
from services.contracts import EVENTS


def declare(url: str) -> None:
    """Make what is missing. Raises BrokerUnavailable."""
    connect(url).declare(bindings_of(EVENTS))


def main() -> None:
    match sys.argv[1:]:
        case ["declare", url]:
            declare(url)
        case ["definitions", *vhost] if len(vhost) <= 1:
            print(json.dumps(definitions(bindings_of(EVENTS), *vhost), indent=2))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
