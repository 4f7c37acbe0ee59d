"""Encryption at rest for credentials.

The key comes from `REVREC_SECRET_KEY` or its file. The embedded default makes a key file of mode 0600 beside
the database; a PostgreSQL deployment without a key refuses to start, since a key made there would be lost
with the machine. Several keys may be given, newest first: the first encrypts, all decrypt (rotation).
"""

import json
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from revrec.config import Config
from revrec.problems import SettingInvalid


class Vault:
    """Encrypts small JSON records. A record is bound to its name, so a row cannot be passed off as another."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = len(keys)
        try:
            self._fernet = MultiFernet([Fernet(key.encode()) for key in keys])
        except ValueError:
            raise SettingInvalid(
                "REVREC_SECRET_KEY is not a key: 32 bytes, url-safe base64. Make one with `revrec secret-key`."
            ) from None

    @property
    def keys(self) -> int:
        """How many keys there are; the first encrypts."""
        return self._keys

    def seal(self, name: str, record: dict[str, str]) -> bytes:
        """The record, encrypted together with the name it belongs to."""
        return self._fernet.encrypt(json.dumps({"for": name, "record": record}).encode())

    def open(self, name: str, sealed: bytes) -> dict[str, str]:
        """The record again. Raises `SettingInvalid` if the key is another, or the row is not `name`'s."""
        try:
            opened = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise SettingInvalid(
                f"The credentials of {name} cannot be read with the present REVREC_SECRET_KEY. "
                "Give the key they were written with beside the new one, or connect again."
            ) from None
        if opened["for"] != name:
            raise SettingInvalid(
                f"The credentials stored for {name} belong to {opened['for']}. Connect again."
            )
        record: dict[str, str] = opened["record"]
        return record


def new_key() -> str:
    """A fresh key, as `REVREC_SECRET_KEY` wants it."""
    return Fernet.generate_key().decode()


def open_vault(config: Config) -> Vault:
    """The vault of this deployment; makes the key file of the embedded default on first use."""
    return Vault([key.strip() for key in _key_text(config).split(",") if key.strip()])


def _key_text(config: Config) -> str:
    if config.secret_key:
        return config.secret_key
    path = config.secret_key_file or (config.data_dir / "secret.key" if config.embedded else None)
    if path is None:
        raise SettingInvalid(
            "REVREC_SECRET_KEY is not set. With PostgreSQL the key for stored credentials must be given: "
            "`revrec secret-key` prints one; keep it as you keep the database's backup."
        )
    if not path.exists():
        if config.secret_key_file:
            raise SettingInvalid(f"REVREC_SECRET_KEY_FILE names {path}, which does not exist.")
        _write_private(path, new_key())
    return path.read_text()


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; if another process was first, its file stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
