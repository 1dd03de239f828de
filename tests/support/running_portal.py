"""What a journey asks of a running portal, wherever its processes are: on this machine or in
containers."""

from abc import ABC, abstractmethod

from tests.support.processes import wait_until
from tests.support.smtp import ReceivedMail

GUIDES_DAY = "2021-10-04T14:00:00+02:00"
MAIL_SECONDS = 90.0
AT_WORK_WITHOUT_REST = dict.fromkeys(("DEPOSITS_PER_HOUR", "CREATIONS_PER_HOUR"), "100000")
"""People of the load deposit and create accounts, all from one address."""


class RunningPortal(ABC):
    """`url` is where browsers go."""

    url: str

    @abstractmethod
    def token(self, role: str) -> str:
        """The token of a tool of the demonstration's « staff » (a gestionnaire) or « admin »."""

    @abstractmethod
    def mails(self, to: str, subject: str = "") -> list[ReceivedMail]:
        """The mails to this address about this, in the order of their arrival."""

    @abstractmethod
    def complaints(self) -> str:
        """What the processes logged as errors."""

    @abstractmethod
    def kill(self, name: str) -> None:
        """End a process (« accounts », « accounts-worker », « gateway », « objects » …) at once;
        another follows."""

    @property
    def staff(self) -> dict[str, str]:
        """Headers of the demonstration gestionnaire's tools."""
        return {"Authorization": f"Bearer {self.token('staff')}"}

    def mail(self, to: str, subject: str = "") -> ReceivedMail:
        wait_until(
            lambda: bool(self.mails(to, subject)),
            MAIL_SECONDS,
            f"a mail to {to} about « {subject} »",
        )
        return self.mails(to, subject)[-1]
