"""How large a JSON body may be that a service reads, and that the gateway passes on."""

from __future__ import annotations

MAX_BODY_BYTES = 1024 * 1024
"""Routes that take files read their stream themselves."""
