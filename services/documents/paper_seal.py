"""The seal of a paper: a signature inside its PDF (PAdES), with the certificate that an operator
gives. Any reader of PDFs says who made the paper and that not a byte was changed.

A place is kept for it by whoever reads the PDF, for a stranger's a confined process; the process
that holds the key digests what surrounds the place, and reads no PDF.
"""

import asyncio
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import structlog
from asn1crypto import x509
from asn1crypto.cms import CMSAttribute, CMSAttributes
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from prometheus_client import Counter, Gauge
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import simple_cms_attribute
from pyhanko.sign.signers import Signer
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest, SignatureObject
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from services.chassis.process.logs import reason_of
from services.clock import system_now

log = structlog.get_logger()

REMAINING = Gauge(
    "documents_seal_remaining_seconds", "Until the certificate of seals expires", ("certificate",)
)
MISSING = Counter(
    "documents_seals_missing_total", "Papers made without it, though settings ask for it", ("part",)
)
SEAL = "seal"
TIME_STAMP = "time_stamp"
for _part in (SEAL, TIME_STAMP):
    MISSING.labels(_part)
FIELD = "Sceau"
_DIGEST = "sha256"
_OF_THE_PAPER = "message_digest"
_TIME_STAMP_BYTES = 12 * 1024
"""Those of authorities have 3 to 8 KB, with the certificates in them."""
_SIGNATURES_DIFFER_BY = 16
"""Bytes, those of elliptic curves."""


class SealError(ValueError):
    """The certificate or its key cannot be read."""


class PaperSeal:
    """Seals papers, or none (`room` 0) where no file is given."""

    def __init__(self, file: str, passphrase: str, time_stamps: TimeStamper | None = None) -> None:
        """`file`: of a PKCS#12 archive. `time_stamps`: where each seal gets the instant from by
        which it is valid after its certificate has expired. Raises SealError."""
        self._signer = _Signer.of(file, passphrase) if file else None
        self._time_stamps = time_stamps
        self._room = 0
        if self._signer is not None:
            self._room = len(self._signer.cms(bytes(32), None)) + _SIGNATURES_DIFFER_BY
            self._room += _TIME_STAMP_BYTES if time_stamps is not None else 0
            REMAINING.labels(self._signer.serial_number).set_function(
                self._signer.remaining_seconds
            )

    @property
    def room(self) -> int:
        """Return how many bytes a paper keeps for its seal; 0 where it gets none.

        That is counted where the certificate has expired, since papers do not wait for another.
        """
        if self._signer is not None and self._signer.remaining_seconds() <= 0:
            self.note_missing("expired")
            return 0
        return self._room

    def note_missing(self, reason: str) -> None:
        MISSING.labels(SEAL).inc()
        log.error("paper_without_seal", reason=reason)

    def on(self, pdf: bytes) -> bytes:
        """Return a PDF of ours with its seal, or as it is where papers get none."""
        room = self.room
        return self.put(*with_place(pdf, room)) if room else pdf

    def put(self, pdf: bytes, start: int, end: int) -> bytes:
        """Put the seal into its place in a PDF, from `start` to `end`, and return it.

        Raises SealError where no place is kept.
        """
        if (
            self._signer is None
            or not 0 < start < end
            or pdf[start:end] != b"<%s>" % (b"00" * self._room)
        ):
            raise SealError("the PDF keeps no place for a seal")
        digest = hashlib.sha256(pdf[:start] + pdf[end:]).digest()
        sealed = io.BytesIO(pdf)
        PreparedByteRangeDigest(digest, start, end).fill_with_cms(
            sealed, self._cms(self._signer, digest)
        )
        return sealed.getvalue()

    def _cms(self, signer: "_Signer", digest: bytes) -> bytes:
        if self._time_stamps is not None:
            try:
                cms = signer.cms(digest, self._time_stamps)
                if len(cms) <= self._room:
                    return cms
                reason = "too long"
            except Exception as error:  # whatever an authority does, the paper is sealed
                reason = reason_of(error)
            MISSING.labels(TIME_STAMP).inc()
            log.warning("paper_without_time_stamp", reason=reason)
        return signer.cms(digest, None)


class _Signer(Signer):
    """Has its key loaded: pyHanko's own loads it for each signature, and OpenSSL takes 40 ms to
    check one of RSA."""

    @classmethod
    def of(cls, file: str, passphrase: str) -> "_Signer":
        """Raises SealError."""
        try:
            content = Path(file).read_bytes()
            key, certificate, others = pkcs12.load_key_and_certificates(
                content, passphrase.encode() or None
            )
        except (OSError, ValueError) as error:
            raise SealError("a PKCS#12 file and its passphrase are expected") from error
        if certificate is None or not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
            raise SealError("a certificate with its key, of RSA or an elliptic curve, is expected")
        own, *chain = (
            x509.Certificate.load(each.public_bytes(Encoding.DER))
            for each in (certificate, *others)
        )
        signer = cls(signing_cert=own, cert_registry=SimpleCertificateStore.from_certs(chain))
        signer._key = key
        signer.expires_at = certificate.not_valid_after_utc
        signer.serial_number = f"{certificate.serial_number:x}"
        return signer

    _key: RSAPrivateKey | EllipticCurvePrivateKey
    _same_attributes: list[CMSAttribute] | None = None
    """Of each signature: all but the digest."""
    expires_at: datetime
    serial_number: str

    def remaining_seconds(self) -> float:
        """Return the seconds until the certificate expires."""
        return (self.expires_at - system_now()).total_seconds()

    def cms(self, digest: bytes, time_stamps: TimeStamper | None) -> bytes:
        """Sign what has that SHA-256, in a thread of its own: the caller's may have a loop that
        runs."""
        with ThreadPoolExecutor(1) as own:
            return own.submit(asyncio.run, self._signed(digest, time_stamps)).result()

    async def _signed(self, digest: bytes, time_stamps: TimeStamper | None) -> bytes:
        if self._same_attributes is None:
            attributes = await self.signed_attrs(digest, _DIGEST, use_pades=True)
            # What asn1crypto has built it encodes again with everything around it, hundreds of
            # times; what it has read it keeps as it was.
            read = CMSAttributes.load(attributes.dump())
            self._same_attributes = [each for each in read if each["type"].native != _OF_THE_PAPER]
        attributes = CMSAttributes(
            [*self._same_attributes, simple_cms_attribute(_OF_THE_PAPER, digest)]
        )
        read = CMSAttributes.load(attributes.dump())
        signed = await self.async_sign_prescribed_attributes(_DIGEST, read, timestamper=time_stamps)
        return bytes(signed.dump())

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(data, PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ECDSA(hashes.SHA256()))


def with_place(pdf: bytes, room: int) -> tuple[bytes, int, int]:
    """Add a field to a PDF that is to hold a signature of `room` bytes; return the PDF, and from
    where to where it is to stand. On hostile bytes anything may be raised."""
    embedding = PdfCMSEmbedder().write_cms(FIELD, IncrementalPdfFileWriter(io.BytesIO(pdf)))
    next(embedding)
    signature = SignatureObject(system_now(), SigSeedSubFilter.PADES, bytes_reserved=2 * room)
    embedding.send(SigObjSetup(signature))
    place, written = embedding.send(SigIOSetup(_DIGEST, in_place=True))
    return written.getvalue(), place.reserved_region_start, place.reserved_region_end
