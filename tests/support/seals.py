"""Certificates of the tests, and what pdfsig, of poppler, says of a sealed PDF."""

import subprocess
from datetime import timedelta
from pathlib import Path

from asn1crypto import keys
from asn1crypto import x509 as asn1
from asn1crypto.tsp import TimeStampReq
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID
from flask import Flask, Response, request
from pyhanko.sign.timestamps import DummyTimeStamper

from tests.support.certificates import builder, named
from tests.support.missing_services import installed

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
VALID = "Signature Validation: Signature is Valid."
WHOLE = "Total document signed"


def elliptic() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key(bits: int = 2048) -> Key:
    return rsa.generate_private_key(65537, bits)


def certificate_of(
    key: Key, name: str, lasts: timedelta, usage: x509.ObjectIdentifier | None = None
) -> x509.Certificate:
    """One that its key gives itself."""
    built = builder(named(name), named(name), key, lasts)
    if usage:
        built = built.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    return built.sign(key, SHA256())


def archive(
    folder: Path,
    key: Key | None = None,
    passphrase: str = "",
    lasts: timedelta = timedelta(days=40),
) -> str:
    """The path of a PKCS#12 archive, as an operator gives it."""
    key = key or elliptic()
    file = folder / "cachet.p12"
    protection = (
        serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    )
    certificate = certificate_of(key, "Rectorat", lasts)
    file.write_bytes(
        pkcs12.serialize_key_and_certificates(None, key, certificate, None, protection)
    )
    return str(file)


def said_of(pdf: bytes, folder: Path) -> str:
    """All that pdfsig says."""
    program = installed("poppler", "pdfsig")
    file = folder / "read.pdf"
    file.write_bytes(pdf)
    return subprocess.run([program, str(file)], capture_output=True, text=True, check=False).stdout


def time_stamp_authority() -> Flask:
    """One that answers any request (RFC 3161)."""
    key = rsa_key()
    certificate = certificate_of(
        key, "Autorité", timedelta(days=40), ExtendedKeyUsageOID.TIME_STAMPING
    )
    own = asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    stamper = DummyTimeStamper(own, keys.PrivateKeyInfo.load(private))
    app = Flask(__name__)

    @app.post("/")
    def stamp() -> Response:
        answer = stamper.request_tsa_response(TimeStampReq.load(request.get_data()))
        return Response(answer.dump(), content_type="application/timestamp-reply")

    return app
