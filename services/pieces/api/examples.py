"""Examples of the API's description, for those who write tools. A test holds that each is what its schema takes."""

from __future__ import annotations

from typing import Any

DEPOSIT_ID = "c41f7d2a9b0e4d6f8a1b2c3d4e5f6a7b"
PIECE_ID = "5b1e8a3c9d0f4e2b8a7c6d5e4f3a2b1c"
ETAG = '"1d8f96df0d9e1e84b07a"'
CURSOR = "WzQyLCAiMjAyMS0xMS0wM1QwOTowMDowMCswMDowMCJd"
CANDIDATURE: dict[str, Any] = {
    "id": "2f012ffc31d34e7b9a0c1d2e3f4a5b6c",
    "candidate_id": "8c5d0e7f6a1b4c2d9e3f0a1b2c3d4e5f",
    "exam_label": "BREVET DE TECHNICIEN SUPERIEUR",
    "session_label": "BTS 2022",
    "academie_label": "ACADÉMIE DE BESANCON",
    "specialite": "Banque - conseiller de clientèle (31310)",
    "numero_inscription": "001",
    "numero_candidat": "02103000001",
    "nom": "DUBOIS",
    "prenoms": "Pierre",
    "academie": "03",
    "session": "2022",
    "exam": "BTS",
}
DEPOSIT: dict[str, Any] = {
    "id": DEPOSIT_ID,
    "filename": "carte.pdf",
    "size": 48213,
    "media_type": "application/pdf",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "deposited_at": "2021-11-03T09:12:44+00:00",
    "scan": "clean",
    "scan_label": "saine",
    "openable": True,
    "pages": 2,
}
PIECE: dict[str, Any] = {
    "id": PIECE_ID,
    "etag": ETAG,
    "candidature": CANDIDATURE,
    "code": "NATIDE06",
    "label": "Document justifiant l'identité",
    "regroupement": {"code": "NATIONALITE", "label": "Nationalité"},
    "asked": True,
    "required": True,
    "deposit_opens": "2021-10-01T10:00:00+00:00",
    "deposit_closes": "2021-11-30T23:00:00+00:00",
    "status": None,
    "status_label": None,
    "comment": None,
    "received_on": None,
    "resubmit_until": None,
    "validated_at": "2021-11-03T09:20:00+00:00",
    "deposit": DEPOSIT,
}
DECIDED_PIECE: dict[str, Any] = {
    **PIECE,
    "etag": '"7c0a91e2b3d4f5061728"',
    "status": "non_compliant",
    "status_label": "Non Conforme",
    "comment": "La date est illisible.",
    "resubmit_until": "2021-12-15T23:00:00+00:00",
}
PIECES: dict[str, Any] = {"items": [PIECE], "next_cursor": None}
CONTROL: dict[str, Any] = {
    "deposit_id": DEPOSIT_ID,
    "status": "non_compliant",
    "comment": "La date est illisible.",
    "resubmit_until": "2021-12-15",
}
CONTROLS: dict[str, Any] = {"controls": [{"piece_id": PIECE_ID, "if_match": ETAG, **CONTROL}]}
CONTROL_RESULTS: dict[str, Any] = {
    "results": [{"piece_id": PIECE_ID, "http_status": 200, "piece": DECIDED_PIECE, "problem": None, "current": None}]
}
CHANGES: dict[str, Any] = {
    "items": [
        {
            "cursor": CURSOR,
            "at": DEPOSIT["deposited_at"],
            "kind": "deposited",
            "piece_id": PIECE_ID,
            "candidature_id": CANDIDATURE["id"],
            "numero_candidat": CANDIDATURE["numero_candidat"],
            "code": PIECE["code"],
            "academie": CANDIDATURE["academie"],
        }
    ],
    "next_cursor": CURSOR,
    "has_more": False,
}
