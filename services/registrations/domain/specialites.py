"""The spécialités of a session: labels, search, why one is not offered, by domain, and what each
leads to be asked."""

from collections.abc import Iterable
from dataclasses import replace

from services.chassis.errors import found
from services.contracts.api.drafts import Asked, AskedEpreuve, AskedPiece, Domain, Offered
from services.reference.text import folded
from services.registrations.domain import facts
from services.registrations.domain.conditions import decide
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_structure import FACULTATIVE, structure_of
from services.registrations.domain.exam_definition import Exam, Specialite
from services.registrations.domain.forms import Option

DOMAINS = "domaines"  # the exam's list of domains of spécialités
BROWSE = "Parcourir les spécialités"
_SMALL_WORDS = frozenset({"d", "de", "des", "du", "en", "et", "l", "la", "le", "les"})
_MAX_ABSENT = 3  # named in one sentence


def offered(dossier: Dossier) -> tuple[Specialite, ...]:
    """The spécialités of the session, in the catalogue's order."""
    return tuple(
        each for each in dossier.exam.specialites if each.code in dossier.session.specialites
    )


def matching(
    exam: Exam, specialites: Iterable[Specialite], typed: str, limit: int
) -> tuple[Option, ...]:
    """The spécialités for which each typed word begins one of their words, in any order, best
    first: acronym and code, then labels that begin so, then words of the label, then words of the
    domain."""
    ranked = (
        (_rank(exam, each, typed), folded(each.label), each.code, each.label_with_code)
        for each in specialites
    )
    best_first = sorted(
        (rank, label, code, shown) for rank, label, code, shown in ranked if rank is not None
    )
    return tuple(Option(code, shown) for *_, code, shown in best_first)[: max(limit, 0)]


def absence(dossier: Dossier, typed: str) -> str | None:
    """Why the session has no spécialité of that name, and when others of that name are offered;
    None if it has one."""
    named = [
        specialite
        for specialite in dossier.exam.specialites
        if _matches(dossier.exam, specialite, typed)
    ]
    if not _words(dossier.exam, typed) or any(
        specialite.code in dossier.session.specialites for specialite in named
    ):
        return None
    sentences = [f"Aucune spécialité de cette session ne s'appelle « {typed.strip()} »."]
    sentences += [
        f"{other.label_with_code} : {_sessions_offering(dossier, other)}"
        for other in named[:_MAX_ABSENT]
    ]
    if matching(dossier.exam, offered(dossier), typed, 1):
        sentences.append(f"Voici celles de ce domaine ; toutes sont dans « {BROWSE} ».")
    else:
        sentences.append(f"Pour les voir toutes : « {BROWSE} ».")
    return " ".join(sentences)


def _sessions_offering(dossier: Dossier, specialite: Specialite) -> str:
    """The sessions in which the catalogue offers it; sessions that are not in the catalogue may
    offer it too."""
    year = dossier.session.year
    if specialite.last_session is not None and specialite.last_session < year:
        return (
            "proposée par ce portail jusqu'à la session "
            f"{specialite.last_session}{_successor(dossier, specialite)}."
        )
    if specialite.first_session is not None and year < specialite.first_session:
        return f"proposée par ce portail à partir de la session {specialite.first_session}."
    return "proposée par ce portail à d'autres sessions."


def _successor(dossier: Dossier, specialite: Specialite) -> str:
    successor = specialite.replaced_by
    if successor is None:
        return ""
    is_offered = successor in (other.label_with_code for other in offered(dossier))
    return (
        " ; elle est remplacée par "
        f"{successor}{'' if is_offered else ', que cette session ne propose pas'}"
    )


_DOMAIN_RANK = 3


def _matches(exam: Exam, specialite: Specialite, typed: str) -> bool:
    rank = _rank(exam, specialite, typed)
    return rank is not None and rank < _DOMAIN_RANK


def _rank(exam: Exam, specialite: Specialite, typed: str) -> int | None:
    typed_words = _words(exam, typed)
    label = folded(specialite.label)
    own = [*label.split(), folded(specialite.code), folded(specialite.acronym or "")]
    if typed_words in ([own[-1]], [own[-2]]):
        return 0
    if " ".join(typed_words) and label.startswith(folded(typed)):
        return 1
    if _each_begins_a_word(typed_words, own):
        return 2
    return (
        _DOMAIN_RANK
        if _each_begins_a_word(typed_words, [*own, *_domain_words(exam, specialite)])
        else None
    )


def _each_begins_a_word(starts: Iterable[str], words: Iterable[str]) -> bool:
    all_words = tuple(words)
    return all(any(word.startswith(start) for word in all_words) for start in starts)


def _words(exam: Exam, typed: str) -> list[str]:
    """The words to search by: without the exam's name and small words, plurals as singulars."""
    unsaid = _SMALL_WORDS | {folded(exam.code)}
    return [_singular(word) for word in folded(typed).split() if word not in unsaid]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") else word


def _domain_words(exam: Exam, specialite: Specialite) -> tuple[str, ...]:
    domain = exam.item(DOMAINS, specialite.domain)
    return tuple(folded(" ".join((domain.label, *domain.tags))).split()) if domain else ()


WITHOUT_DOMAIN = "Autres spécialités"


def by_domain(dossier: Dossier) -> tuple[Domain, ...]:
    """The spécialités of the session by domain, in the order of the exam's list; those without a
    domain come last."""
    labels = {item.key: item.label for item in dossier.exam.lists.get(DOMAINS, ())}
    shown: dict[str, list[Offered]] = {label: [] for label in (*labels.values(), WITHOUT_DOMAIN)}
    for specialite in sorted(offered(dossier), key=lambda specialite: folded(specialite.label)):
        shown[labels.get(specialite.domain or "", WITHOUT_DOMAIN)].append(_offered(specialite))
    return tuple(
        Domain(label=label, specialites=tuple(of_domain))
        for label, of_domain in shown.items()
        if of_domain
    )


def requirements(dossier: Dossier, code: str) -> Asked:
    """Return the épreuves and pièces of a spécialité, as far as this dossier's answers decide.
    Raises NotFound for one that the session does not offer."""
    specialite = found(
        next((specialite for specialite in offered(dossier) if specialite.code == code), None),
        "Cette spécialité n'est pas proposée à cette session.",
    )
    structure = structure_of(specialite, dossier.session.year)
    return Asked(
        specialite=_offered(specialite),
        epreuves=tuple(
            AskedEpreuve(
                code=epreuve.code,
                label=epreuve.label,
                mandatory=epreuve.kind != FACULTATIVE,
                parent=epreuve.parent,
            )
            for epreuve in structure.epreuves
        ),
        pieces=_pieces(dossier, specialite),
    )


def _pieces(dossier: Dossier, specialite: Specialite) -> tuple[AskedPiece, ...]:
    """Return the pieces of the session, without those that this spécialité and the answers given so
    far rule out."""
    chosen = with_specialite(dossier, specialite.code)
    epreuves = structure_of(specialite, dossier.session.year).epreuves
    names = {epreuve.code for epreuve in epreuves} | {
        tag for epreuve in epreuves for tag in epreuve.tags
    }
    lookup = facts.lookup(chosen)

    def is_known(subject: str) -> bool:
        """A fact once it is answered; of an épreuve only that the spécialité has none of that
        name."""
        kind, _, name = subject.partition(":")
        return name not in names if kind == "epreuve" else lookup(subject) not in (None, "", ())

    judged = (
        (f"{piece.code} : {piece.label}", decide(piece.when, lookup, is_known))
        for piece in dossier.exam.pieces
        if piece.code in dossier.session.pieces
    )
    return tuple(
        AskedPiece(label=label, certain=bool(answer))
        for label, answer in judged
        if answer is not False
    )


def with_specialite(dossier: Dossier, code: str) -> Dossier:
    tab = dossier.tab_of_kind("qualification")
    if tab is None:
        return dossier
    typed = {**dossier.answers.get(tab.name, {}), "specialite": code}
    return replace(dossier, answers={**dossier.answers, tab.name: typed})


def _offered(specialite: Specialite) -> Offered:
    return Offered(
        code=specialite.code, label=specialite.label_with_code, acronym=specialite.acronym
    )
