"""TLS certificates for servers on this machine: signed by an authority of the tests' own, or by
themselves."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID


class CertificateAuthority:
    """`pem` is the certificate that clients need to trust it."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = named("Autorité d'essai")
        basic = x509.BasicConstraints(ca=True, path_length=None)
        made = builder(self._name, self._name, self._key).add_extension(basic, critical=True)
        self.pem = (
            made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
        )

    def server(self, folder: Path, address: str = "127.0.0.1") -> ssl.SSLContext:
        """The TLS context of a server at this address; its key is written into `folder`."""
        key = ec.generate_private_key(ec.SECP256R1())
        file = folder / f"{address}.pem"
        file.write_text(_certificate(key, address, self._name, self._key) + _pem(key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def self_signed_certificate() -> tuple[str, str]:
    """A certificate for 127.0.0.1 that no authority has signed, and its key, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    return _certificate(key, "127.0.0.1", named("127.0.0.1"), key), _pem(key)


def _certificate(
    key: ec.EllipticCurvePrivateKey,
    address: str,
    issuer: x509.Name,
    signing: ec.EllipticCurvePrivateKey,
) -> str:
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    built = builder(named(address), issuer, key).add_extension(addresses, critical=False)
    return built.sign(signing, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    plain = serialization.NoEncryption()
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain
    ).decode()


def named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    lasts: timedelta = timedelta(days=1),
) -> x509.CertificateBuilder:
    """Of one that is valid since yesterday."""
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    return built.not_valid_before(now - timedelta(days=1)).not_valid_after(now + lasts)
