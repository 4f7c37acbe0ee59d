"""Key pairs and certificates for signing in by OAuth 2.0 client credentials."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from revrec.netsuite.certificate import (
    CertificateUnfit,
    KeyPair,
    check_private_key,
    days_left,
    make_key_pair,
    read_certificate,
)

NOW = datetime(2026, 4, 10, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture(scope="module")
def pair() -> KeyPair:
    return make_key_pair("ec", "revrec", 720, now=NOW)


def pem_of(key, encryption=None) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()).decode()


def test_an_elliptic_curve_pair_is_p256_and_signs_itself(pair):
    key = load_pem_private_key(pair.private_key_pem.encode(), None)
    made = x509.load_pem_x509_certificate(pair.certificate_pem.encode())
    assert key.curve.name == "secp256r1"
    assert made.public_key() == key.public_key()
    made.verify_directly_issued_by(made)
    assert made.subject.rfc4514_string() == "CN=revrec"
    assert pair.algorithm == "ES256"


def test_an_rsa_pair_has_4096_bits_and_a_pss_signature():
    pair = make_key_pair("rsa", "revrec", 729, now=NOW)
    key = load_pem_private_key(pair.private_key_pem.encode(), None)
    made = x509.load_pem_x509_certificate(pair.certificate_pem.encode())
    assert (key.key_size, pair.algorithm) == (4096, "PS256")
    assert isinstance(made.signature_algorithm_parameters, padding.PSS)
    made.verify_directly_issued_by(made)
    lives = made.not_valid_after_utc - made.not_valid_before_utc
    assert timedelta(days=729) < lives < timedelta(days=730)


def test_it_is_valid_at_once_and_until_its_days_are_over(pair):
    assert pair.ends == datetime(2028, 3, 30, 12, 0, 0, tzinfo=UTC)
    assert read_certificate(pair.certificate_pem, pair.private_key_pem, now=NOW).ends == pair.ends
    assert read_certificate(pair.certificate_pem, pair.private_key_pem, now=NOW - timedelta(minutes=59))


@pytest.mark.parametrize("days", [0, -1, 730, 731, 3650])
def test_two_years_and_more_are_refused(days):
    with pytest.raises(CertificateUnfit, match="under 2 years") as refused:
        make_key_pair("ec", "revrec", days, now=NOW)
    assert refused.value.where == "days"


def test_a_key_that_netsuite_does_not_know_is_refused():
    with pytest.raises(CertificateUnfit, match="rsa or ec"):
        make_key_pair("ed25519", "revrec", 720, now=NOW)


def test_the_private_key_is_in_no_text_form(pair):
    assert "PRIVATE" not in repr(pair)


def test_key_and_certificate_must_belong_together(pair):
    other = make_key_pair("ec", "revrec", 720, now=NOW)
    with pytest.raises(CertificateUnfit, match="does not belong") as refused:
        read_certificate(other.certificate_pem, pair.private_key_pem, now=NOW)
    assert refused.value.where == "certificate"


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2028, 3, 30, 12, 0, 0, tzinfo=UTC), "ended on 2028-03-30"),
        (NOW - timedelta(hours=2), "from 2026-04-10 on"),
    ],
)
def test_a_certificate_counts_only_while_it_is_valid(pair, now, words):
    with pytest.raises(CertificateUnfit, match=words):
        read_certificate(pair.certificate_pem, pair.private_key_pem, now=now)


@pytest.mark.parametrize(
    "text", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
)
def test_what_is_no_certificate_is_said(pair, text):
    with pytest.raises(CertificateUnfit, match="cannot be read"):
        read_certificate(text, pair.private_key_pem, now=NOW)


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_the_curves_that_netsuite_takes(curve):
    check_private_key(pem_of(ec.generate_private_key(curve)))


def test_keys_that_netsuite_does_not_take_are_named(pair):
    small = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    locked = pem_of(ec.generate_private_key(ec.SECP256R1()), BestAvailableEncryption(b"pw"))
    public = small.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for pem, words in (
        (pem_of(small), "RSA of 2048 bits"),
        (pem_of(ec.generate_private_key(ec.SECP256K1())), "P-256, P-384 and P-521"),
        (pem_of(ed25519.Ed25519PrivateKey.generate()), "P-256, P-384 and P-521"),
        (locked, "passphrase"),
        (public, "public part"),
        (pair.certificate_pem, "public part"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "cannot be read"),
        ("", "cannot be read"),
    ):
        with pytest.raises(CertificateUnfit, match=words) as refused:
            check_private_key(pem)
        assert refused.value.where == "private_key_pem"


def test_days_left_are_whole_days():
    assert days_left(NOW + timedelta(days=60), NOW) == 60
    assert days_left(NOW + timedelta(days=59, hours=23), NOW) == 59
    assert days_left(NOW - timedelta(hours=1), NOW) == -1
