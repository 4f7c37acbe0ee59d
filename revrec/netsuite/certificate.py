"""Certificates of OAuth 2.0 client credentials (M2M): making a key pair, and reading what an admin gives.

NetSuite takes a public X.509 certificate: RSA of 3072 or 4096 bits, or elliptic curve P-256, P-384, P-521, valid for
two years at most. The private key never leaves this machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

KINDS = ("rsa", "ec")
DEFAULT_DAYS = 720
WARN_DAYS = 60
_TWO_YEARS_DAYS = 730
_RSA_BITS = (3072, 4096)
_CURVES = ("secp256r1", "secp384r1", "secp521r1")
# A clock that is a little ahead must not make a certificate that is not valid yet.
_BACKDATED = timedelta(hours=1)


class CertificateUnfit(ValueError):
    """A key or certificate that NetSuite would not take, or that do not belong together. `where` is the field."""

    def __init__(self, where: str, message: str) -> None:
        self.where = where
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key and its certificate, both PEM. `algorithm` is what assertions are signed with."""

    private_key_pem: str = field(repr=False)
    certificate_pem: str
    ends: datetime
    algorithm: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as NetSuite has it: public. `ends` is its last instant, UTC."""

    pem: str
    begins: datetime
    ends: datetime
    subject: str


def make_key_pair(kind: str, name: str, days: int, *, now: datetime) -> KeyPair:
    """A key (`rsa`: 4096 bits, PSS, PS256; `ec`: P-256, ES256) and a self-signed certificate of `days` days."""
    if kind not in KINDS:
        raise CertificateUnfit(
            "algorithm", f"'{kind}' is no kind of key that NetSuite takes; use {' or '.join(KINDS)}."
        )
    if not 1 <= days < _TWO_YEARS_DAYS:
        raise CertificateUnfit(
            "days",
            f"{days} days: NetSuite takes certificates of under 2 years. Give 1 to {_TWO_YEARS_DAYS - 1}.",
        )
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    if kind == "rsa":
        key = rsa.generate_private_key(public_exponent=65537, key_size=4096)
    else:
        key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    ends = (now + timedelta(days=days)).replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    if isinstance(key, rsa.RSAPrivateKey):
        # As Oracle's own openssl command has it (-sigopt rsa_pss_saltlen:64).
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=64)
        made = builder.sign(key, hashes.SHA256(), rsa_padding=pss)
    else:
        made = builder.sign(key, hashes.SHA256())
    return KeyPair(
        private_key_pem=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        certificate_pem=made.public_bytes(Encoding.PEM).decode(),
        ends=ends,
        algorithm="PS256" if kind == "rsa" else "ES256",
    )


def check_private_key(pem: str) -> None:
    """Raise `CertificateUnfit` unless it is the unencrypted private key of a kind that NetSuite takes."""
    _private_key(pem)


def read_certificate(pem: str, private_key_pem: str, *, now: datetime) -> Certificate:
    """The certificate, once it fits the private key, NetSuite and the day. Raises `CertificateUnfit`."""
    try:
        found = x509.load_pem_x509_certificate(pem.encode())
        public = found.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise CertificateUnfit(
            "certificate",
            "The certificate cannot be read. Give the PEM file that was uploaded to NetSuite "
            "(-----BEGIN CERTIFICATE-----).",
        ) from None
    key = _private_key(private_key_pem)
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if public.public_bytes(*form) != key.public_key().public_bytes(*form):
        raise CertificateUnfit(
            "certificate",
            "The certificate does not belong to the private key. Give the two files that were made together.",
        )
    begins, ends = found.not_valid_before_utc, found.not_valid_after_utc
    if now >= ends:
        raise CertificateUnfit(
            "certificate",
            f"The certificate ended on {ends.date()}. Make a new one with `revrec netsuite certificate` and upload it.",
        )
    if now < begins:
        raise CertificateUnfit(
            "certificate",
            f"The certificate is valid from {begins.date()} on only. Check this machine's clock, or wait.",
        )
    text = found.public_bytes(Encoding.PEM).decode()
    return Certificate(text, begins, ends, found.subject.rfc4514_string())


def days_left(ends: datetime, now: datetime) -> int:
    """Whole days until `ends`; below zero once it is past."""
    return (ends - now) // timedelta(days=1)


def _private_key(pem: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    where = "private_key_pem"
    if "PUBLIC KEY-----" in pem or "BEGIN CERTIFICATE-----" in pem:
        raise CertificateUnfit(
            where,
            "This is the public part. NetSuite holds that one; give the private key that belongs to it.",
        )
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except TypeError:
        raise CertificateUnfit(where, "The private key has a passphrase. Give it without one.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise CertificateUnfit(
            where,
            "The private key cannot be read. Give the unencrypted PEM file of an RSA or elliptic curve key "
            "(-----BEGIN PRIVATE KEY-----).",
        ) from None
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size in _RSA_BITS:
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return key
    if isinstance(key, rsa.RSAPrivateKey):
        raise CertificateUnfit(
            where,
            f"The private key is RSA of {key.key_size} bits. NetSuite takes 3072 or 4096; make one with "
            "`revrec netsuite certificate`.",
        )
    raise CertificateUnfit(
        where,
        "NetSuite takes keys of RSA (3072 or 4096 bits) or of the curves P-256, P-384 and P-521 only; make one with "
        "`revrec netsuite certificate`.",
    )
