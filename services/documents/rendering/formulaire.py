"""« Editer le formulaire à compléter »: a form to fill in by hand, printed with what the candidature says."""

from __future__ import annotations

from datetime import date

from services.chassis import french
from services.contracts.registrations import FormOffered, RegistrationSaved
from services.documents.rendering.document_head import candidate_name, head_of, telephone
from services.documents.rendering.sheet import (
    Blanks,
    Block,
    Field,
    Fields,
    Letterhead,
    Paragraphs,
    Row,
    Sheet,
    Signature,
)

_DECLARATION = "Je certifie l'exactitude des renseignements portés sur ce formulaire."
_BOXES = ("Date", "Signature du candidat")
# Blanks of the catalogue whose label begins so are boxes to sign in rather than lines to write on.
_SIGNED_PREFIXES = ("fait", "signature")


def form_offered(event: RegistrationSaved, code: str) -> FormOffered | None:
    """The form of that code, if this candidature may fill it in."""
    return next((form for form in event.forms if form.code == code), None)


def formulaire(event: RegistrationSaved, form: FormOffered, letterhead: Letterhead) -> Sheet:
    """The form, its identity part filled in."""
    blocks: list[Block] = [_candidate(event)]
    if form.paragraphs:
        blocks.append(Paragraphs(form.paragraphs))
    boxes = tuple(label for label in form.blanks if label.lower().startswith(_SIGNED_PREFIXES))
    if lines := tuple(label for label in form.blanks if label not in boxes):
        blocks.append(Blanks(lines, heading="A compléter"))
    blocks.append(Signature(_DECLARATION, tuple(f"{label} :" for label in boxes or _BOXES)))
    return Sheet(
        name=form.title,
        letterhead=letterhead,
        head=head_of(event, form.title.upper(), with_version=False),
        blocks=tuple(blocks),
        author=event.academie.label,
    )


def _candidate(event: RegistrationSaved) -> Fields:
    confirmation, identity = event.confirmation, event.identity
    born = french.short_date(date.fromisoformat(identity.date_naissance))
    number = confirmation.mobile or confirmation.telephone
    rows: list[Row] = [
        ((Field("Candidat", candidate_name(event)),), (Field("Nom d'usage", identity.nom_usage or ""),)),
        ((Field("Né(e) le", born),), (Field("A", confirmation.birthplace),)),
        ((Field("Tél", telephone(number) if number else ""),), (Field("Mél", identity.email),)),
    ]
    answers = (("Spécialité", confirmation.specialite), ("Etablissement", confirmation.etablissement))
    rows += [((Field(label, value),),) for label, value in answers if value]
    return Fields(tuple(rows), heading="Candidat", show_heading=True)
