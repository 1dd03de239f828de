"""The catalogue as an administrator sends it: sizes that registrations and the gateway share."""

from __future__ import annotations

MAX_CATALOGUE_BYTES = 700 * 1024
"""Of the ZIP archive of a catalogue's folder. In base64, with which the page of its comparison carries it, it is no
longer than a form may be."""
