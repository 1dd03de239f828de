"""What the file of a session, or of its exam for all its sessions, switches on or off for
candidates, as it holds in each of its openings.

Besides its field here, a new option has its key in `registrations/catalogue/session_options.py`,
its line in what a session takes of it (`catalogue/sessions.py`) and gives each opening
(`Session.options_of` in `registrations/domain/exam_definition.py`), and its use. No table,
migration or event changes: they hold all options as one value, of which each has the default of its
field.
"""

from dataclasses import dataclass

VALIDATION_MODES = PAPER, ONLINE = "papier", "en_ligne"


@dataclass(frozen=True, kw_only=True)
class SessionOptions:
    """The defaults hold where neither a session's file nor its exam's writes an option."""

    reminder_days: tuple[int, ...] = ()
    """Days before the end of the deposit on which candidates are reminded of missing pieces
    (`relances`)."""
    draft_reminder_days: tuple[int, ...] = ()
    """Days before the end of the registrations on which they are reminded of drafts
    (`relances_brouillons`)."""
    refusal_mails: bool = False
    """Whether a « Non Conforme » is told by mail (`mail_non_conforme`)."""
    document_mails: bool = True
    """Whether it is told by mail that an exam office published, replaced or withdrew a document
    (`mail_documents`): yes by default, as who does not hear of it goes to the wrong place."""
    validation: str = PAPER
    """One of VALIDATION_MODES: how candidates certify what they declared (`validation`): by a
    confirmation that they sign and deposit, or in their account, with their password."""
    retention: tuple[tuple[str, str], ...] = ()
    """Kinds of data that are kept for another time than `catalogue/retention.yaml` says, each with
    how long from the closing of the session until they are erased: `("pieces", "24 mois")`
    (`conservation`)."""
