"""`portail verify`: a paper's QR, by someone without network who has kept the portal's keys."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.containers.secret_makers import ed25519_pem
from services.documents.domain.proofs import Facts
from services.documents.paper_keys import PaperKeys
from services.documents.rendering.stamp import Stamp
from tests.tools.tool import Tool

KEYS = PaperKeys(ed25519_pem(), "")
FACTS = Facts("Relevé(s) de notes", "BTS", "BTS 2022", None, "2022-07-04", "P. D.", 2002, "0")


def qr(facts: Facts, keys: PaperKeys = KEYS) -> str:
    return Stamp.of(keys.proof_of(facts), "https://portail.example").link


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    """At no portal's address, with its keys."""
    (tmp_path / "keys.json").write_text(json.dumps(KEYS.jwks()))
    return Tool("http://127.0.0.1:9", "no token", tmp_path)


def test_what_the_portal_signed_is_said(tool: Tool) -> None:
    said = tool.done("verify", qr(FACTS), "--keys", "keys.json")
    assert said.startswith("Document : Relevé(s) de notes\n")
    assert "Initiales : P. D.\nAnnée de naissance : 2002" in said


def test_what_it_did_not_sign_is_refused(tool: Tool) -> None:
    other = qr(replace(FACTS, initials="M. L."))
    another_portal = qr(FACTS, PaperKeys(ed25519_pem(), ""))
    swapped = qr(FACTS).partition("#")[0] + "#" + other.partition("#")[2]
    edited = qr(FACTS)[:-40] + ("B" if qr(FACTS)[-40] == "A" else "A") + qr(FACTS)[-39:]
    unsigned = "https://portail.example/verifier/ABCD"
    for content, code in ((another_portal, 5), (swapped, 5), (edited, 5), (unsigned, 2)):
        assert tool.run("verify", content, "--keys", "keys.json").returncode == code, content
