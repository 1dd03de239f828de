"""The account: creating and activating it, logging in and out, changing and deleting it (guide §3
and §4)."""

from gateway.access import Pages

blueprint = Pages("compte", __name__)
blueprint.import_views()
