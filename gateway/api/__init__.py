"""The entry point of tools: /api/<service>/…, with a Bearer token only, rate-limited, and documented at /api/docs."""

from gateway.access import Pages

blueprint = Pages("api", __name__, url_prefix="/api", template_folder="templates")

from gateway.api import documentation, routing  # noqa: E402,F401 - they add their routes
