"""Settings of registrations, from the environment alone."""

from dataclasses import dataclass
from pathlib import Path

from services.mail.settings import MailSettings


@dataclass(frozen=True, kw_only=True)
class RegistrationsSettings(MailSettings):
    catalogue_dir: Path = Path("catalogue")
    """Folder of the exams, one folder each; what `load-catalogue` reads when it is given none."""
