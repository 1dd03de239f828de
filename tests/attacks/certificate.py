"""A certificate for 127.0.0.1 that nobody else has signed."""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from services.chassis.clock import system_now

DAY = timedelta(days=1)


def certificate() -> tuple[str, str]:
    """The chain and its key, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    itself = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    described = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    valid = described.not_valid_before(system_now() - DAY).not_valid_after(system_now() + DAY)
    signed = valid.add_extension(itself, critical=False).sign(key, hashes.SHA256())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return signed.public_bytes(Encoding.PEM).decode(), pem.decode()
