"""The names of our processes, where a list cannot be derived from deploy/service_names.py, are the same there."""

from __future__ import annotations

from deploy.backups.objects import BUCKETS
from deploy.service_names import CLIENTS, OBJECT_SERVICES, SERVICES
from tests.architecture import apps
from tests.support import composed_portal, in_process_portal


def test_the_backups_copy_the_bucket_of_each_service_that_stores_files() -> None:
    """Their image has no other module of deploy."""
    assert BUCKETS == OBJECT_SERVICES


def test_tests_run_every_service() -> None:
    assert composed_portal.SERVICES == apps.SERVICES == SERVICES
    assert set(in_process_portal.SECRETS) == set(CLIENTS)
