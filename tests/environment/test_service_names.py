"""The one list that cannot be taken from deploy/service_names.py says the same."""

from __future__ import annotations

from deploy.backups.objects import BUCKETS
from deploy.service_names import OBJECT_SERVICES


def test_the_backups_copy_the_bucket_of_each_service_that_stores_files() -> None:
    """Their image has no other module of deploy."""
    assert BUCKETS == OBJECT_SERVICES
