"""Reads spécialités with the versions of their épreuves, which must cover all their sessions
without overlap or gap."""

import itertools
import re
from collections.abc import Collection, Mapping

from services.contracts.registration_rules import LABEL_LENGTH, SHORT_CODE_LENGTH
from services.registrations.catalogue.fields import Fields
from services.registrations.catalogue.lists import REGIMES, no_overlap
from services.registrations.catalogue.mistakes import suggestion
from services.registrations.catalogue.reading_context import ReadingContext
from services.registrations.catalogue.yaml_nodes import Node
from services.registrations.domain.epreuve_positions import ANY_REGIME, MODES
from services.registrations.domain.exam_definition import (
    COMMON_UNIT_TAG,
    EPREUVE_TAGS,
    Epreuve,
    Specialite,
    SpecialiteVersion,
)
from services.registrations.domain.specialites import DOMAINS

KINDS = ("obligatoire", "facultative", "hors_moyenne")


def specialites(context: ReadingContext, nodes: list[Node]) -> tuple[Specialite, ...]:
    read = tuple(_specialite(context, node) for node in nodes)
    for (earlier, _), (later, node) in itertools.combinations(zip(read, nodes, strict=True), 2):
        if _share_acronym(earlier, later):
            taken_by = f"« {earlier.label} » ({earlier.code})"
            text = f"sigle « {later.acronym} » déjà pris par {taken_by} : le changer ou le retirer"
            context.refuse(node.entries["acronym"], text)
    return read


def _share_acronym(first: Specialite, other: Specialite) -> bool:
    """Whether two spécialités of one session bear the same acronym. The options of a spécialité
    may: SIO has two."""
    if not first.acronym or not other.acronym or first.acronym.upper() != other.acronym.upper():
        return False
    starts = max(first.first_session or 0, other.first_session or 0)
    ends = min(last for last in (first.last_session, other.last_session, 9999) if last is not None)
    return starts <= ends and _label_without_option(first) != _label_without_option(other)


def _label_without_option(specialite: Specialite) -> str:
    return (
        re.split(r"\boption\b", specialite.label, maxsplit=1, flags=re.IGNORECASE)[0]
        .strip(" -,:")
        .casefold()
    )


def _specialite(context: ReadingContext, node: Node) -> Specialite:
    with Fields(context, node, "une spécialité") as fields:
        code = fields.text("code")
        first, last = fields.years("first_session", "last_session")
        versions = [
            _version(context, item, code)
            for item in context.items_of(fields.required("versions"), "versions")
        ]
        specialite = Specialite(
            code=code,
            label=fields.text("label"),
            first_session=first,
            last_session=last,
            versions=tuple(version for _, version in versions),
            acronym=fields.optional("acronym"),
            domain=fields.optional("domain", f"item:{DOMAINS}"),
            replaced_by=fields.optional("replaced_by"),
        )
        fields.check_length("code", "code de la spécialité", code, SHORT_CODE_LENGTH)
        fields.check_length("label", "libellé de la spécialité", specialite.label, LABEL_LENGTH)
    acronym = specialite.acronym or ""
    if len(acronym.split()) > 1 or len(acronym) > SHORT_CODE_LENGTH:
        text = f"sigle « {acronym} » : un seul mot, {SHORT_CODE_LENGTH} lettres au plus"
        context.refuse(node.entries["acronym"], text)
    if specialite.replaced_by and specialite.last_session is None:
        at = node.entries["replaced_by"]
        context.refuse(
            at,
            "« replaced_by » sans dernière session : écrire last_session, ou retirer replaced_by",
        )
    context.define(node, "la spécialité", "specialite", code)
    no_overlap(context, [(at, version.first, version.last) for at, version in versions], "versions")
    _check_no_gap(context, node, specialite, versions)
    return specialite


def _check_no_gap(
    context: ReadingContext,
    node: Node,
    specialite: Specialite,
    versions: list[tuple[Node, SpecialiteVersion]],
) -> None:
    if not versions:
        context.refuse(
            node,
            f"spécialité {specialite.code} sans version : écrire {{from: …, to: …, epreuves: […]}}",
        )
        return
    ordered = sorted(versions, key=lambda pair: pair[1].first or 0)
    for (_, before), (at, after) in itertools.pairwise(ordered):
        if before.last is not None and after.first is not None and after.first > before.last + 1:
            context.refuse(
                at, f"aucune version de {before.last + 1} à {after.first - 1} : corriger from ou to"
            )
    (first_at, first) = ordered[0]
    (last_at, last) = ordered[-1]
    if first.first is not None and (
        specialite.first_session is None or first.first > specialite.first_session
    ):
        context.refuse(
            first_at, f"aucune version avant {first.first} : corriger from, ou first_session"
        )
    if last.last is not None and (
        specialite.last_session is None or last.last < specialite.last_session
    ):
        context.refuse(last_at, f"aucune version après {last.last} : corriger to, ou last_session")


def _version(
    context: ReadingContext, node: Node, specialite: str
) -> tuple[Node, SpecialiteVersion]:
    with Fields(context, node, "une version") as fields:
        first, last = fields.years()
        owner = (specialite, str(first))
        items = list(context.items_of(fields.required("epreuves"), "epreuves"))
        epreuves = tuple(_epreuve(context, item, owner) for item in items)
    for item, epreuve in zip(items, epreuves, strict=True):
        _check_links(context, item, epreuve, epreuves)
    return node, SpecialiteVersion(first, last, epreuves)


def _epreuve(context: ReadingContext, node: Node, owner: tuple[str, ...]) -> Epreuve:
    with Fields(context, node, "une épreuve") as fields:
        first, last = fields.years()
        options = fields.optional("options", "list")
        epreuve = Epreuve(
            code=fields.text("code"),
            label=fields.text("label"),
            kind=fields.choice("kind", KINDS),
            unit=fields.optional("unit"),
            parent=fields.optional("parent"),
            tags=_tags(fields),
            options=options,
            excluded_options=fields.texts("excluded_options", refers_to=f"item:{options}"),
            options_of=fields.optional("options_of"),
            differs_from=fields.optional("differs_from"),
            modes=_modes(fields),
            hidden_on_pdf=fields.flag("hidden_on_pdf", False),
            first_session=first,
            last_session=last,
        )
        fields.check_length("code", "code de l'épreuve", epreuve.code)
    context.define(node, "l'épreuve", "epreuve", *owner, epreuve.code)
    return epreuve


def _tags(fields: Fields) -> tuple[str, ...]:
    tags = fields.texts("tags")
    for tag in tags:
        if tag and tag not in EPREUVE_TAGS and not tag.startswith(COMMON_UNIT_TAG):
            choice = suggestion(tag, (*EPREUVE_TAGS, f"{COMMON_UNIT_TAG}<nom>"))
            fields.refuse(fields.at("tags"), f"étiquette inconnue « {tag} » : {choice}")
    return tags


def _modes(fields: Fields) -> dict[str, str]:
    """Read `modes: ponctuel` for every regime, or one mode by regime; none for a maîtresse."""
    node = fields.take("modes")
    if node is None:
        return {}
    if node.kind == "scalar":
        return {ANY_REGIME: fields.choice("modes", MODES)}
    modes = {}
    for regime, value in fields.entries("modes"):
        modes[regime] = fields.scalar(value, regime)
        if regime not in REGIMES:
            fields.refuse(value, f"régime inconnu « {regime} » : {suggestion(regime, REGIMES)}")
        if modes[regime] not in MODES:
            fields.refuse(
                value, f"mode inconnu « {modes[regime]} » : {suggestion(modes[regime], MODES)}"
            )
    return modes


def _check_links(
    context: ReadingContext, node: Node, epreuve: Epreuve, epreuves: tuple[Epreuve, ...]
) -> None:
    """Refuse a link to an épreuve that the version does not have, and one that leads back."""
    parents = {other.code: other.parent for other in epreuves}
    options_of = {other.code: other.options_of for other in epreuves}
    _check_target(context, node, "differs_from", epreuve.differs_from, parents)
    for name, targets in (("parent", parents), ("options_of", options_of)):
        if _check_target(context, node, name, targets[epreuve.code], parents) and _is_circular(
            targets, epreuve.code
        ):
            context.refuse(
                node.entries.get(name, node),
                f"cycle : « {name} » ramène à {epreuve.code} ; le rompre",
            )


def _check_target(
    context: ReadingContext, node: Node, name: str, target: str | None, known: Collection[str]
) -> bool:
    """Return whether there is a link, to an épreuve that is known; refuse an unknown one."""
    if not target:
        return False
    if target not in known:
        context.refuse(
            node.entries.get(name, node),
            f"« {name} » : épreuve inconnue « {target} » : {suggestion(target, known)}",
        )
    return target in known


def _is_circular(targets: Mapping[str, str | None], start: str) -> bool:
    seen: set[str] = set()
    code: str | None = start
    while code is not None and code in targets and code not in seen:
        seen.add(code)
        code = targets[code]
    return code == start
