"""From home to « J'ai fourni toutes mes pièces » at 400 %: 320 by 256 px."""

from pathlib import Path

from tests.journeys.accessible_candidate import deposits_and_validates, someone
from tests.journeys.conftest import NewPage
from tests.journeys.users import ZOOMED_VIEWPORT, ZoomedUser
from tests.support.running_portal import RunningPortal


def test_at_400_percent_from_home_to_the_last_piece(
    alone: RunningPortal, new_page: NewPage, tmp_path: Path
) -> None:
    candidate = someone(new_page(viewport=ZOOMED_VIEWPORT), alone, ZoomedUser)
    candidate.registers()
    deposits_and_validates(candidate, tmp_path)
