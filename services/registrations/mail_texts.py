"""The texts of registrations' mails, in the tone of the guide's mail."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.contracts import documents, page_labels
from services.contracts.piece_rules import Status
from services.contracts.pieces import MissingGroup, MissingPiece
from services.contracts.registrations import Contact, PieceAsked, RegistrationSaved
from services.french import long_instant, short_instant, shown_end, time_of_day, weekday_date
from services.mail.letter import Action, Letter, instant_in_paris
from services.registrations.domain.exam_definition import OpeningView

_SERVICE = "le service des examens et concours dont vous dépendez :"
_INFORMATION = f"Pour tout renseignement, vous pouvez contacter {_SERVICE}"
_TO_DOCUMENTS = (page_labels.DOCUMENTS, "documents")
_TO_REGISTRATIONS = (page_labels.REGISTRATIONS, "inscriptions")
_NEW_DOCUMENTS = (
    "{reference}\nVersion : {version}",
    "Votre confirmation d'inscription a été mise à jour dans votre espace candidat :",
    _TO_DOCUMENTS,
    "{certify}",
)
LETTERS: Mapping[str, tuple[str | tuple[str, str], ...]] = {
    "modification": (  # guide §7
        "Modification d'inscription",
        "La modification de votre inscription a bien été prise en compte le {instant}.",
        *_NEW_DOCUMENTS,
        f"Si vous n'êtes pas à l'origine de cette modification, contactez {_SERVICE}",
    ),
    "correction": (  # of the civil status
        "Modification d'inscription",
        (
            "Le service gestionnaire a corrigé vos données personnelles sur votre inscription le "
            "{instant}."
        ),
        "{why}",
        *_NEW_DOCUMENTS,
        f"Si vous constatez une erreur, contactez {_SERVICE}",
    ),
    "staff_correction": (
        "Modification d'inscription",
        "Le service gestionnaire a corrigé votre inscription le {instant}.",
        "{why}",
        *_NEW_DOCUMENTS,
        (
            "Si vous n'avez pas demandé cette correction ou constatez une erreur, contactez "
            f"{_SERVICE}"
        ),
    ),
    "withdrawal": (  # guide §11
        "Désinscription",
        "Votre désinscription a bien été prise en compte le {instant}.",
        "{reference}",
        (
            "Cette candidature ne figure plus parmi vos candidatures. Si vous vous êtes désinscrit "
            "par erreur, vous pouvez cliquer sur « Annuler ma désinscription » tant que le "
            "service d'inscription est ouvert :"
        ),
        _TO_REGISTRATIONS,
        _INFORMATION,
    ),
    "ecart": (
        "Candidature écartée",
        (
            "Le service gestionnaire a écarté votre candidature le {instant} : "
            "vous n'êtes plus inscrit à cet examen ou concours au titre de cette candidature."
        ),
        "{why}",
        "{reference}",
        (
            "Le motif et les coordonnées du service restent affichés dans votre espace candidat ; "
            "vos documents y restent consultables :"
        ),
        _TO_REGISTRATIONS,
        f"Pour toute question ou pour contester cette décision, contactez {_SERVICE}",
    ),
    "restoration": (
        "Candidature rétablie",
        (
            "Le service gestionnaire a rétabli votre candidature le {instant} : vous êtes de "
            "nouveau inscrit, avec ce que vous aviez déclaré et déposé."
        ),
        "{reason}",
        "{reference}\nVersion : {version}",
        "{second_try}",
        _TO_REGISTRATIONS,
        f"Si vous n'avez pas demandé à être de nouveau inscrit, contactez {_SERVICE}",
    ),
    "undone_withdrawal": (
        "Désinscription annulée",
        (
            "Vous avez annulé votre désinscription le {instant} : vous êtes de nouveau inscrit, "
            "avec ce que vous aviez déclaré et déposé."
        ),
        "{reference}\nVersion : {version}",
        _TO_REGISTRATIONS,
        f"Si vous n'êtes pas à l'origine de cette annulation, contactez {_SERVICE}",
    ),
    "validation": (
        "Inscription validée",
        (
            "Vous avez validé votre inscription en ligne le {instant} : cette validation vaut "
            "signature."
        ),
        "{reference}\nVersion : {version}",
        (
            "Votre confirmation d'inscription, qui en porte la mention, est dans votre espace "
            "candidat. Si vous modifiez votre inscription, vous devrez la valider de nouveau."
        ),
        _TO_DOCUMENTS,
        f"Si vous n'êtes pas à l'origine de cette validation, contactez {_SERVICE}",
    ),
    "validation_reminder": (
        "Inscription à valider",
        "Votre inscription est enregistrée, mais vous ne l'avez pas validée.",
        "{reference}",
        "{certify}",
        _TO_REGISTRATIONS,
        _INFORMATION,
    ),
}
"""The mails about what happened to a candidature, by name: the subject, then paragraphs, in which
`letter` fills something in, and links to pages."""


@dataclass(frozen=True)
class MailContext:
    """A version of a candidature, what happened to it when, and why; `url`: the portal's, without
    trailing slash."""

    saved: RegistrationSaved
    at: datetime
    reason: str | None
    url: str

    @property
    def instant(self) -> str:
        return instant_in_paris(self.at)

    @property
    def reason_line(self) -> str:
        return f"Motif : {self.reason}" if self.reason else ""


def letter(name: str, context: MailContext) -> Letter:
    """Return the letter of that name in LETTERS."""
    saved = context.saved
    (subject, *blocks) = LETTERS[name]
    words = {
        "instant": context.instant,
        "reason": context.reason or "",
        "why": context.reason_line,
        "reference": _reference(saved),
        "version": saved.version,
        "certify": _certification_line(saved),
        "second_try": _validation_request(saved) if saved.validate_until else "",
    }
    pages = (
        (
            block.format_map(words)
            if isinstance(block, str)
            else Action(block[0], f"{context.url}/{block[1]}")
        )
        for block in blocks
    )
    return _letter(context, str(subject), *pages)


def receipt_mail(context: MailContext) -> Letter:
    """Tell the candidate who saved a candidature that it is saved, and what is left to do."""
    saved = context.saved
    pieces: dict[tuple[str, str], list[MissingPiece]] = {}
    for asked in saved.pieces:
        if asked.required and context.at < datetime.fromisoformat(asked.deposit_closes):
            group = pieces.setdefault((asked.group_label, asked.deposit_closes), [])
            group.append(MissingPiece(asked.code, asked.label, refused=False, comment=None))
    groups = tuple(MissingGroup(*heading, tuple(asked)) for heading, asked in pieces.items())
    day = saved.confirmation.return_by
    return_by = f", à renvoyer pour le {weekday_date(datetime.fromisoformat(day))}" if day else ""
    return _letter(
        context,
        "Inscription enregistrée",
        f"Votre inscription a bien été enregistrée le {context.instant}.",
        *_missing_blocks([IncompleteContext(saved, groups)]),
        _validation_request(saved)
        or f"Relisez et signez votre confirmation d'inscription{return_by} : "
        f"elle est dans « {page_labels.DOCUMENTS} ».",
        (
            "Déposez les pièces dans votre espace candidat, puis cliquez sur « "
            f"{page_labels.VALIDATE} » :"
            if groups
            else ""
        ),
        Action(page_labels.JUSTIFICATIFS, f"{context.url}/justificatifs"),
        f"Si vous n'êtes pas à l'origine de cette inscription, contactez {_SERVICE}",
    )


def dates_mail(context: MailContext) -> Letter:
    """Tell the candidate whose documents print other dates than before."""
    saved = context.saved
    closes = shown_end(datetime.fromisoformat(saved.closes_at))
    return_by = None if saved.is_certified_online else saved.confirmation.return_by
    return _letter(
        context,
        "Dates modifiées",
        context.reason or "",
        "Les dates fixées pour votre inscription ont changé. Celles-ci sont désormais en vigueur :",
        _lines(
            f"- Fermeture du service d'inscription : {weekday_date(closes)} {time_of_day(closes)} "
            "(heure/Paris)",
            *dict.fromkeys(map(_deposit_line, saved.pieces)),
            (
                f"- Confirmation à renvoyer pour le {weekday_date(date.fromisoformat(return_by))}"
                if return_by
                else ""
            ),
        ),
        _reference(saved),
        "Votre inscription et vos pièces déposées restent telles quelles. Vos documents sont "
        "édités à nouveau avec ces dates dans votre espace candidat ; ils remplacent les "
        "précédents :",
        Action(page_labels.DOCUMENTS, f"{context.url}/documents"),
        _INFORMATION,
    )


_DOCUMENT_ACTS = {
    documents.PUBLISHED: (
        "Document publié",
        "a publié un document dans votre espace candidat",
        "",
    ),
    documents.REPLACED: (
        "Document remplacé",
        "a remplacé un document de votre espace candidat",
        "Le nouveau document est le seul valable : ne tenez plus compte du précédent.",
    ),
    documents.WITHDRAWN: (
        "Document retiré",
        "a retiré un document de votre espace candidat",
        (
            "Ce document n'est plus valable : n'en tenez plus compte, même si vous l'avez "
            "enregistré ou imprimé."
        ),
    ),
}
"""By the act: the subject, what was done, and what follows from it."""


def document_mail(context: MailContext, act: str, label: str) -> Letter:
    """Tell the candidate for whom the service gestionnaire published, replaced or withdrew a
    document of that label."""
    subject, done, consequence = _DOCUMENT_ACTS[act]
    return _letter(
        context,
        subject,
        f"Le service gestionnaire {done} le {context.instant} : « {label} ».",
        consequence,
        context.reason_line,
        _reference(context.saved),
        "Consultez vos documents dans votre espace candidat :",
        Action(page_labels.DOCUMENTS, f"{context.url}/documents"),
        _INFORMATION,
    )


def _deposit_line(piece: PieceAsked) -> str:
    opens = datetime.fromisoformat(piece.deposit_opens)
    end = shown_end(datetime.fromisoformat(piece.deposit_closes))
    period = f"du {weekday_date(opens)} au {weekday_date(end)} {time_of_day(end)} (heure/Paris)"
    return f"- Dépôt en ligne des pièces justificatives : {period}"


@dataclass(frozen=True)
class IncompleteContext:
    """A saved version of a candidature, and what it lacks."""

    saved: RegistrationSaved
    groups: tuple[MissingGroup, ...]


def reminder_mail(candidatures: Sequence[IncompleteContext], at: datetime, url: str) -> Letter:
    """Remind the candidate who lacks pieces, of one candidature or of several, as of the instant
    `at`."""
    exams = {context.saved.exam.label for context in candidatures}
    subject = "Relance de pièces justificatives"
    return Letter(
        f"{subject} : {exams.pop()}" if len(exams) == 1 else subject,
        (
            (
                "Des pièces justificatives restaient à déposer ou à valider le "
                f"{instant_in_paris(at)}. Si vous l'avez fait depuis, ne tenez pas compte de ce "
                "mail."
            ),
            *_missing_blocks(candidatures),
            (
                "Déposez dans votre espace candidat ce qui manque, puis cliquez sur « "
                f"{page_labels.VALIDATE} » :"
            ),
            Action(page_labels.JUSTIFICATIFS, f"{url}/justificatifs"),
            f"Le document « {subject} » est dans « {page_labels.DOCUMENTS} ».",
            *_contacts(candidatures),
        ),
    )


def refusal_mail(incomplete: IncompleteContext, at: datetime, url: str) -> Letter:
    """Tell the candidate whose pieces the service gestionnaire found « Non Conforme »."""
    refused = [piece for group in incomplete.groups for piece in group.pieces]
    is_single = len(refused) == 1
    return Letter(
        f"{'Pièce non conforme' if is_single else 'Pièces non conformes'} : "
        f"{incomplete.saved.exam.label}",
        (
            (
                f"Le service gestionnaire a contrôlé votre dossier le {instant_in_paris(at)} : "
                f"{'une pièce est' if is_single else f'{len(refused)} pièces sont'} « "
                f"{Status.NON_COMPLIANT.label} »."
            ),
            *_missing_blocks([incomplete]),
            (
                f"Déposez à nouveau {'cette pièce' if is_single else 'ces pièces'} dans votre "
                f"espace candidat, puis cliquez sur « {page_labels.VALIDATE} » :"
            ),
            Action(page_labels.JUSTIFICATIFS, f"{url}/justificatifs"),
            *_contacts([incomplete]),
        ),
    )


def draft_reminder_mail(view: OpeningView, url: str) -> Letter:
    """Remind the candidate whose draft is not transmitted, before the end of the registrations."""
    return _draft_letter("Brouillon non transmis", view, url, "ferme")


def extension_mail(incident: str, view: OpeningView, url: str) -> Letter:
    """Tell the candidate whose draft has more time. `incident`: why, as people read of it."""
    return _draft_letter(
        "Inscriptions prolongées", view, url, "reste ouvert : il ferme désormais", incident
    )


def _draft_letter(
    subject: str, view: OpeningView, url: str, closes: str, because: str = ""
) -> Letter:
    opening = view.opening
    end = shown_end(view.opening.closes)
    return Letter(
        f"{subject} : {view.exam.label}",
        (
            because,
            (
                "Vous avez commencé une inscription qui n'est pas transmise : vous n'êtes pas "
                "inscrit."
            ),
            f"{view.exam.label} - {view.session.label} - {opening.label}",
            (
                f"Le service d'inscription {closes} le {long_instant(end)} (heure de Paris). Pour "
                "vous inscrire, reprenez votre brouillon, puis cliquez sur « "
                f"{page_labels.SAVE} » :"
            ),
            Action(page_labels.REGISTRATIONS, f"{url}/inscriptions"),
            (
                "Si vous ne souhaitez plus vous inscrire, vous pouvez abandonner ce brouillon "
                "depuis la même page."
            ),
            _INFORMATION,
            _contact(opening.label, opening.contact),
        ),
    )


def _validation_request(saved: RegistrationSaved) -> str:
    """Ask for the validation online, with its end. Empty where the version is not to be validated
    online."""
    if not saved.is_to_validate:
        return ""
    end = shown_end(saved.validation_ends)
    why = "Ce que vous aviez certifié a changé. " if saved.validate_until else ""
    return (
        f"{why}Relisez votre inscription dans « {page_labels.REGISTRATIONS} », puis cliquez sur « "
        f"{page_labels.VALIDATE_REGISTRATION} » avant le {weekday_date(end)} {time_of_day(end)} "
        "(heure/Paris). Cette validation remplace la confirmation signée."
    )


def _certification_line(saved: RegistrationSaved) -> str:
    """Say what is left to do for a new version: validate it online, sign it, or nothing."""
    if saved.validated_at is not None:
        instant = short_instant(datetime.fromisoformat(saved.validated_at))
        return (
            f"Votre validation en ligne du {instant} (heure/Paris) reste valable : vous n'avez pas "
            "à valider de nouveau votre inscription."
        )
    return _validation_request(saved) or (
        "Si elle vous est demandée signée, c'est celle de cette version qu'il faut signer "
        "et déposer."
    )


def _missing_blocks(candidatures: Sequence[IncompleteContext]) -> Iterator[str]:
    for context in candidatures:
        yield _reference(context.saved)
        for group in context.groups:
            end = shown_end(datetime.fromisoformat(group.deposit_closes))
            until = f"jusqu'au {weekday_date(end)} {time_of_day(end)} (heure/Paris)"
            pieces = (
                " - ".join(filter(None, (f"- {each.code} : {each.label}", each.remark)))
                for each in group.pieces
            )
            yield _lines(f"{group.label} - à déposer en ligne {until} :", *pieces)


def _contacts(candidatures: Sequence[IncompleteContext]) -> Iterator[str]:
    yield _INFORMATION
    yield from dict.fromkeys(_contact_of(context.saved) for context in candidatures)


def _letter(context: MailContext, subject: str, *blocks: str | Action) -> Letter:
    """Return a letter with the exam in its subject and, after the last block, whom to contact."""
    blocks = (*blocks, _contact_of(context.saved))
    return Letter(
        f"{subject} : {context.saved.exam.label}", blocks, about=context.saved.candidature_id
    )


def _reference(saved: RegistrationSaved) -> str:
    specialite = saved.confirmation.specialite
    return _lines(
        f"{saved.exam.label} - {saved.session.label} - {saved.academie.label}",
        f"Spécialité : {specialite}" if specialite else "",
        f"N° candidat : {saved.numero_candidat}",
        f"Inscription n° : {saved.numero_inscription}",
    )


def _contact_of(saved: RegistrationSaved) -> str:
    return _contact(saved.academie.label, saved.academie.contact)


def _contact(academie: str, contact: Contact) -> str:
    telephone = f"Tél. : {contact.telephone}" if contact.telephone else ""
    return _lines(academie, contact.title, *contact.lines, telephone, contact.email or "")


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)
