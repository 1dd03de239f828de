"""What a GET writes, and why it may: a trace of who read, or what is worked out when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Written:
    """What a GET writes, as `database.table`, and why it may."""

    tables: frozenset[str]
    reason: str


_OPENED = Written(frozenset({"pieces.audit_entries"}), "whoever opens a candidate's file leaves a trace")
_DECLARATION_READ = Written(
    frozenset({"registrations.audit"}), "whoever reads what a candidate declared leaves a trace"
)
_ACCOUNT_READ = Written(frozenset({"accounts.audit_entries"}), "whoever reads a candidate's account leaves a trace")
_NUMBERED = Written(
    frozenset({"pieces.changes.position", "pieces.changes.numbered_at", "pieces.change_counter.last"}),
    "changes get their place in the feed when they are first asked for, which changes nothing of what they say",
)
_PREVIEWED = Written(frozenset({"documents.audit_entries"}), "whoever looks at a candidate's document leaves a trace")
_EXPORTED = "whoever takes the trail out leaves a trace in it"
WRITING_READS: dict[tuple[str, str], Written] = {
    ("accounts", "/v1/audit.csv"): Written(frozenset({"accounts.audit_entries"}), _EXPORTED),
    ("registrations", "/v1/audit.csv"): Written(frozenset({"registrations.audit"}), _EXPORTED),
    ("documents", "/v1/audit.csv"): Written(frozenset({"documents.audit_entries"}), _EXPORTED),
    ("pieces", "/v1/audit.csv"): Written(frozenset({"pieces.audit_entries"}), _EXPORTED),
    ("gateway", "/gestion/journal/<service>.csv"): Written(frozenset({"pieces.audit_entries"}), _EXPORTED),
    ("accounts", "/v1/candidates/<string:candidate_id>"): _ACCOUNT_READ,
    ("gateway", "/gestion/comptes/<account_id>"): _ACCOUNT_READ,
    ("registrations", "/v1/staff/candidatures/<candidature_id>"): _DECLARATION_READ,
    ("registrations", "/v1/staff/candidatures.csv"): _DECLARATION_READ,
    ("registrations", "/v1/staff/epreuves.csv"): _DECLARATION_READ,
    ("gateway", "/gestion/candidatures.csv"): _DECLARATION_READ,
    ("gateway", "/gestion/epreuves.csv"): _DECLARATION_READ,
    ("gateway", "/gestion/pieces.csv"): _OPENED,
    ("pieces", "/v1/pieces.csv"): _OPENED,
    ("gateway", "/gestion/candidatures/<candidature_id>"): _DECLARATION_READ,
    ("gateway", "/gestion/candidatures/<candidature_id>/document"): _DECLARATION_READ,
    ("gateway", "/gestion/candidatures/<candidature_id>/<any(desinscription, ecart):act>"): _DECLARATION_READ,
    ("gateway", "/gestion/pieces/<piece_id>"): _DECLARATION_READ,
    ("pieces", "/v1/changes"): _NUMBERED,
    ("documents", "/v1/imports/<string:import_id>/preview"): _PREVIEWED,
    ("gateway", "/gestion/documents/<import_id>/apercu"): _PREVIEWED,
    ("documents", "/v1/staff/documents/<string:document_id>/file"): _PREVIEWED,
    ("gateway", "/gestion/candidatures/documents/<document_id>"): _PREVIEWED,
    ("pieces", "/v1/pieces/<string:piece_id>/file"): _OPENED,
    ("pieces", "/v1/pieces/<string:piece_id>/pages/<int:number>"): _OPENED,
    ("gateway", "/justificatifs/fichier/<piece_id>"): _OPENED,
    ("gateway", "/gestion/pieces/<piece_id>/fichier"): _OPENED,
    ("gateway", "/gestion/pieces/<piece_id>/page/<int:number>"): _OPENED,
}
VISIT = Written(
    frozenset({"accounts.login_sessions.last_seen_at"}),
    "a page counts as activity of the session of who opens it, written down every 15 s: on the gateway alone",
)
NOTHING = Written(frozenset(), "a read")
SHOWN_BEFORE_THE_EVENT = Written(
    frozenset({"documents.candidatures", "documents.saved_versions", "documents.outbox", "documents.drawn_papers"}),
    "« Visualiser/Imprimer » keeps the version that it fetched, and what it drew of it for the worker",
)
FORM_BEFORE_THE_EVENT = Written(
    frozenset({"documents.candidatures", "documents.saved_versions", "documents.outbox"}),
    "a form keeps the version that it fetched, as the event under way would",
)
