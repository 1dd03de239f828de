"""« Confirmation d'inscription »: every line of guide §6, in its place."""

from __future__ import annotations

from datetime import date

from services.chassis import french
from services.contracts.registrations import Confirmation, EpreuveLine, RegistrationSaved, Section
from services.documents.rendering.head import head_of, telephone, yes_no
from services.documents.rendering.sheet import (
    Banner,
    Block,
    Field,
    Fields,
    Letterhead,
    Row,
    Sheet,
    Signature,
    Table,
)

NAME = "Confirmation d'inscription"
_COLUMNS = ("Epreuve", "Unité", "Position", "Mode évaluation")
_WIDTHS = (55, 9, 16, 20)
_DECLARATION = "Je certifie l'exactitude des renseignements portés sur cette confirmation d'inscription."
_BOXES = ("Date :", "Signature du candidat :", "Signature du représentant légal (candidat mineur) :")


def confirmation(event: RegistrationSaved, letterhead: Letterhead) -> Sheet:
    """The confirmation of this version, to be signed and sent back before its `return_by`."""
    said = event.confirmation
    blocks: list[Block] = [_identity(event)]
    if said.return_by:
        blocks.append(Banner(_return_sentence(date.fromisoformat(said.return_by))))
    blocks += [_section(section) for section in said.extra]
    if qualification := _qualification(said):
        blocks.append(qualification)
    shown = [line for line in event.epreuves if not line.hidden_on_pdf]
    blocks += _epreuves("EPREUVES OBLIGATOIRES", [line for line in shown if line.mandatory])
    blocks += _epreuves("EPREUVE(S) FACULTATIVE(S)", [line for line in shown if not line.mandatory])
    blocks.append(Signature(_DECLARATION, _BOXES))
    return Sheet(
        name=NAME,
        letterhead=letterhead,
        head=head_of(event, said.title, with_version=True),
        blocks=tuple(blocks),
        author=event.academie.label,
    )


def _identity(event: RegistrationSaved) -> Fields:
    said, identity = event.confirmation, event.identity
    born = french.date_courte(date.fromisoformat(identity.date_naissance))
    fixed, mobile = (telephone(number) if number else "" for number in (said.telephone, said.mobile))
    rows: list[Row] = [
        ((Field("Nom d'usage", identity.nom_usage or ""),), (Field("Nationalité", said.nationalite),)),
        ((Field("Né(e) le", born),), (Field("A", said.birthplace),)),
        ((Field("Tél", fixed), Field("Tél. mobile", mobile)), (Field("Mél", identity.email),)),
    ]
    rows.append(((Field("VAE", yes_no(said.vae)),),))
    rows += _one_by_one("Etablissement", said.etablissement)
    rows += _one_by_one("Catégorie du Candidat", said.categorie)
    rows += _one_by_one("Aménagement d'épreuve demandé au titre du handicap", yes_no(said.handicap))
    rows += _one_by_one("Diplôme possédé", said.diplome)
    return Fields(tuple(rows), heading="Identité et situation du candidat")


def _qualification(said: Confirmation) -> Fields | None:
    rows = _one_by_one("Spécialité", said.specialite)
    if said.forme is not None:
        already = Field("Déjà présenté en", said.deja_presente or "")
        rows.append(((Field("Forme de passage", said.forme),), (already,)))
    return Fields(tuple(rows), heading="Qualification présentée") if rows else None


def _section(section: Section) -> Fields:
    rows = tuple(((Field(line.label, line.value),),) for line in section.lines)
    return Fields(rows, heading=section.title, show_heading=True)


def _one_by_one(label: str, value: str | None) -> list[Row]:
    """A row of its own, or none where the exam does not ask."""
    return [((Field(label, value),),)] if value else []


def _return_sentence(day: date) -> str:
    return f"A RENVOYER IMPERATIVEMENT POUR LE {french.jour_long(day).upper()}"


def _epreuves(caption: str, lines: list[EpreuveLine]) -> list[Table]:
    if not lines:
        return []
    rows = tuple((_epreuve(line), line.unit or "", _position(line), _mode(line)) for line in lines)
    return [Table(caption, _COLUMNS, rows, _WIDTHS)]


def _epreuve(line: EpreuveLine) -> str:
    """« E2 - Langue vivante 1 - Anglais », « ... E4-A - Étude de cas »"""
    parts = [line.code, line.label, *([line.option] if line.option else [])]
    return ("... " if line.parent else "") + " - ".join(parts)


def _position(line: EpreuveLine) -> str:
    """The PDF writes « Non inscrit » where pages write « Non Inscrit »; a kept mark follows its position."""
    if line.position == "non_inscrit":
        return "Non inscrit"
    return f"{line.position_label} : {line.mark}/20" if line.mark else line.position_label


def _mode(line: EpreuveLine) -> str:
    return "" if line.position == "non_inscrit" else line.mode_label or ""
