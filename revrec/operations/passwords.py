"""Passwords: what is accepted as one, and how it is kept (Argon2id, RFC 9106)."""

from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from revrec.problems import Invalid

MIN_LENGTH, MAX_LENGTH = 12, 200


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@cache
def _nobodys() -> str:
    return _hasher().hash("a password that nobody has")


def check_new_password(password: str, email: str) -> None:
    """Raise `Invalid` for what is too short, too long, or the email itself. Length counts, character classes do not
    (NIST SP 800-63B, 5.1.1.2)."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Invalid(f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters.", where="password")
    if password.strip().lower() == email or len(set(password)) < 4:
        raise Invalid("This password is too easy to guess; choose another.", where="password")


def hash_password(password: str) -> str:
    """How a password is kept. Takes some 50 ms on purpose."""
    return _hasher().hash(password)


def password_fits(password: str, kept: str) -> bool:
    """Whether it is the password kept. As slow where none is kept, so that time does not tell who has one."""
    fits = len(password) <= MAX_LENGTH and _hasher().verify(password, kept or _nobodys())
    return fits and bool(kept)
