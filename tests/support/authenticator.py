"""An authenticator in software: it makes a passkey, and answers with it, as a browser would send
both (WebAuthn)."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

PRESENT = 0x01
VERIFIED = 0x04
WITH_CREDENTIAL = 0x40


@dataclass
class Authenticator:
    """`origin` is that of the page; `verifies`: whether it asks its user for a finger or a PIN.
    `count` 0 is that of passkeys which are copied from one device to another."""

    origin: str
    verifies: bool = True
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def make(self, options: dict[str, Any]) -> str:
        point = self.key.public_key().public_numbers()
        cose = {
            1: 2,
            3: -7,
            -1: 1,
            -2: point.x.to_bytes(32, "big"),
            -3: point.y.to_bytes(32, "big"),
        }
        credential = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        data = self._data(options["rp"]["id"], WITH_CREDENTIAL) + credential
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._sent(self._client_data("create", options), attestationObject=made)

    def answer(self, options: dict[str, Any]) -> str:
        client_data = self._client_data("get", options)
        data = self._data(options["rpId"])
        signed = data + hashlib.sha256(client_data).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._sent(client_data, authenticatorData=data, signature=signature)

    def _client_data(self, act: str, options: dict[str, Any]) -> bytes:
        said = {"type": f"webauthn.{act}", "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _data(self, rp_id: str, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return (
            hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")
        )

    def _sent(self, client_data: bytes, **response: bytes) -> str:
        parts = {
            name: bytes_to_base64url(part)
            for name, part in {"clientDataJSON": client_data, **response}.items()
        }
        named = bytes_to_base64url(self.id)
        return json.dumps({"id": named, "rawId": named, "type": "public-key", "response": parts})
