"""What operators may set, and the numbers that follow from it, are the same in every file that repeats them."""

import re
from pathlib import Path

from deploy.tools import container_numbers
from gateway.settings import GatewaySettings
from gateway.web.justificatifs.file_reception import ENVELOPE_BYTES, STAFF_UPLOADS_AT_ONCE
from services.chassis.tasks.rows import RETENTION
from services.contracts.document_rules import MAX_ARCHIVE_BYTES
from services.contracts.piece_rules import MAX_FILE_BYTES
from services.objects.settings import ObjectSettings
from services.pieces.inspection.inspections import LIMITS
from services.pieces.settings import PiecesSettings
from tests.support.compose_file import COMPOSE_SERVICES

ROOT = Path(__file__).parents[2]


def numbers_in(path: str, pattern: str) -> list[int]:
    """The numbers that a file has where a pattern says, in their order."""
    return [int(number) for number in re.findall(pattern, (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)]


def test_what_files_of_the_containers_repeat_is_as_it_is_written() -> None:
    """Defaults of settings, sizes of bodies."""
    old = [str(file) for file, text in container_numbers.written().items() if file.read_text(encoding="utf-8") != text]
    assert old == [], "make definitions"


def test_an_upgrade_gives_what_runs_as_long_to_stop_as_compose_does() -> None:
    [seconds] = numbers_in("deploy/containers/upgrade.sh", r"^STOP_SECONDS=(\d+)")
    assert COMPOSE_SERVICES["gateway"]["stop_grace_period"] == f"{seconds}s"


def test_a_gateways_tmp_holds_what_it_receives_at_the_same_time() -> None:
    tmpfs = COMPOSE_SERVICES["gateway"]["tmpfs"]
    [size] = re.findall(r"/tmp:size=\D*(\d+)m", " ".join(tmpfs))
    uploads = GatewaySettings.uploads_at_once * (MAX_FILE_BYTES + ENVELOPE_BYTES)
    assert int(size) * 1024 * 1024 >= uploads + STAFF_UPLOADS_AT_ONCE * (MAX_ARCHIVE_BYTES + ENVELOPE_BYTES)


def test_the_proxy_holds_as_many_files_as_it_lets_one_address_send() -> None:
    at_once = numbers_in("deploy/containers/proxy/portal.conf", r"limit_conn large_bodies (\d+);")
    [gibibytes] = re.findall(r"/bodies:size=\D*(\d+)g", " ".join(COMPOSE_SERVICES["proxy"]["tmpfs"]))
    assert int(gibibytes) * 1024**3 >= max(at_once) * (MAX_FILE_BYTES + ENVELOPE_BYTES)


def test_a_pieces_has_the_memory_of_what_it_inspects_at_the_same_time() -> None:
    """The formula is the one by which operators reckon PIECES_MEMORY."""
    limit = COMPOSE_SERVICES["pieces"]["deploy"]["resources"]["limits"]["memory"]
    megabyte, files, inspections = 1000 * 1000, 16, PiecesSettings.inspections_at_once
    needed = inspections * (LIMITS.memory + 80 * megabyte) + 150 * megabyte + files * MAX_FILE_BYTES
    assert int(limit.removesuffix("m")) * 1024 * 1024 >= needed


def test_replaced_files_and_handled_events_stay_longer_than_backups_of_the_databases() -> None:
    [days] = numbers_in("deploy/containers/backup/pgbackrest.conf", r"^repo1-retention-full=(\d+)$")
    assert min(ObjectSettings.kept_days, RETENTION.days) > days
