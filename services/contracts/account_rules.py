"""What accounts and the gateway agree on about accounts: how long a new one waits, how long tokens and ids may be."""

from __future__ import annotations

from datetime import timedelta

ACTIVATION_HOURS = 48
ACTIVATION_LIFETIME = timedelta(hours=ACTIVATION_HOURS)
"""From an account's creation to the end of its activation (guide §3), whenever its mail was sent: so long its link
lives, and an account that is not activated by then is erased."""
MAX_TOKEN_LENGTH = 200
"""Characters of a token: of a mailed link, a session, a browser or a tool."""
MAX_CREATION_LENGTH = 32
"""Characters of the id of a creation, by which its mail is asked for again."""
