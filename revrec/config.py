"""Deployment settings: where things live and how the service is reached.

Read from the environment, then from the TOML file that ``REVREC_CONFIG`` names, then the default. They are
never kept in the database; what accountants set (policies, mappings) is never kept here.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from revrec.problems import SettingInvalid


@dataclass(frozen=True)
class Setting:
    """One deployment setting, as the documentation lists it."""

    name: str
    default: str
    meaning: str

    @property
    def variable(self) -> str:
        return f"REVREC_{self.name.upper()}"


SETTINGS = (
    Setting("data_dir", ".revrec", "Folder for the embedded database, the key file and the job files."),
    Setting("database_url", "", "`postgresql://user:password@host/name`; empty: SQLite in the data folder."),
    Setting(
        "files_dir", "", "Folder of job files, shared by `serve` and workers; empty: `<data_dir>/files`."
    ),
    Setting(
        "upload_days",
        "90",
        "Days for which the files that people brought are kept; what their checks found stays. 0: for ever.",
    ),
    Setting("secret_key", "", "Key(s) for credentials at rest, newest first, separated by commas."),
    Setting("secret_key_file", "", "File that holds the key(s); default on SQLite: `<data_dir>/secret.key`."),
    Setting("host", "127.0.0.1", "Address that `serve` binds."),
    Setting("port", "8606", "Port that `serve` binds; 0 picks a free one."),
    Setting(
        "look_up_again_seconds",
        "30",
        "After a lost reply: how long to wait before a journal that NetSuite does not show is looked up once more.",
    ),
    Setting(
        "oidc_issuer",
        "",
        "Issuer of the OpenID Connect provider for single sign-on, `https://...`; empty: none.",
    ),
    Setting("oidc_client_id", "", "This service's client id at that provider."),
    Setting("oidc_client_secret", "", "Its client secret; empty: a public client, by PKCE alone."),
    Setting("oidc_name", "single sign-on", "What the button of the sign-in page calls the provider."),
    Setting(
        "oidc_domains", "", "Email domains that may sign in by the provider, separated by commas; empty: any."
    ),
    Setting(
        "oidc_new_users",
        "",
        "Role of users made at their first sign-in by the provider, `viewer` or `accountant`; empty: none is made. "
        "Needs `oidc_domains`.",
    ),
    Setting("log_level", "INFO", "DEBUG, INFO, WARNING or ERROR."),
    Setting("log_format", "auto", "`json`, `console`, or `auto`: console on a terminal, else JSON."),
)


@dataclass(frozen=True)
class Config:
    """The deployment settings in force. Paths are absolute, ``database_url`` is never empty."""

    data_dir: Path
    database_url: str
    files_dir: Path
    upload_days: int
    secret_key: str
    secret_key_file: Path | None
    host: str
    port: int
    look_up_again_seconds: float
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    oidc_name: str
    oidc_domains: tuple[str, ...]
    oidc_new_users: str
    log_level: str
    log_format: str

    @property
    def embedded(self) -> bool:
        """Whether the database is the SQLite file in the data folder."""
        return self.database_url.startswith("sqlite")

    def describe(self) -> dict[str, str]:
        """Every setting as text, for `revrec config`; keys and passwords are not shown."""
        shown = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        shown["secret_key"] = "(set)" if self.secret_key else ""
        shown["oidc_client_secret"] = "(set)" if self.oidc_client_secret else ""
        shown["oidc_domains"] = ", ".join(self.oidc_domains)
        shown["database_url"] = hide_password(self.database_url)
        return shown


def load_config(environ: Mapping[str, str] | None = None) -> Config:
    """Read the deployment settings. Raises `SettingInvalid` naming the setting and where it came from."""
    env = os.environ if environ is None else environ
    filed = _read_file(env.get("REVREC_CONFIG", ""))
    known = {setting.name for setting in SETTINGS}
    for name in sorted(set(filed) - known):
        raise SettingInvalid(
            f"{env['REVREC_CONFIG']}: unknown setting '{name}'. Known: {', '.join(sorted(known))}."
        )
    text = {s.name: env.get(s.variable, str(filed.get(s.name, s.default))).strip() for s in SETTINGS}

    data_dir = Path(text["data_dir"]).expanduser().resolve()
    if not text["port"].isdigit() or int(text["port"]) > 65535:
        raise SettingInvalid(f"REVREC_PORT is '{text['port']}'; a port is a number from 0 to 65535.")
    if text["log_level"].upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise SettingInvalid(f"REVREC_LOG_LEVEL is '{text['log_level']}'; use DEBUG, INFO, WARNING or ERROR.")
    if text["log_format"] not in ("json", "console", "auto"):
        raise SettingInvalid(f"REVREC_LOG_FORMAT is '{text['log_format']}'; use json, console or auto.")
    return Config(
        data_dir=data_dir,
        database_url=_database_url(text["database_url"], data_dir),
        files_dir=Path(text["files_dir"]).expanduser().resolve() if text["files_dir"] else data_dir / "files",
        upload_days=_days("upload_days", text),
        secret_key=text["secret_key"],
        secret_key_file=Path(text["secret_key_file"]).expanduser() if text["secret_key_file"] else None,
        host=text["host"],
        port=int(text["port"]),
        look_up_again_seconds=_seconds("look_up_again_seconds", text),
        oidc_issuer=_issuer(text),
        oidc_client_id=text["oidc_client_id"],
        oidc_client_secret=text["oidc_client_secret"],
        oidc_name=text["oidc_name"],
        oidc_domains=_domains(text["oidc_domains"]),
        oidc_new_users=_new_users(text),
        log_level=text["log_level"].upper(),
        log_format=text["log_format"],
    )


def _seconds(name: str, text: Mapping[str, str]) -> float:
    try:
        value = float(text[name])
    except ValueError:
        value = -1.0
    if not 0 <= value <= 3600:
        raise SettingInvalid(f"REVREC_{name.upper()} is '{text[name]}'; it takes seconds, 0 to 3600.")
    return value


def _days(name: str, text: Mapping[str, str]) -> int:
    if not text[name].isdecimal() or int(text[name]) > 36_500:
        raise SettingInvalid(f"REVREC_{name.upper()} is '{text[name]}'; it takes days, 0 to 36500.")
    return int(text[name])


def _issuer(text: Mapping[str, str]) -> str:
    issuer = text["oidc_issuer"].rstrip("/")
    if not issuer:
        return ""
    if not is_safe_address(issuer):
        raise SettingInvalid(f"REVREC_OIDC_ISSUER is '{issuer}'; it is an address that starts with https://.")
    if not text["oidc_client_id"]:
        raise SettingInvalid("REVREC_OIDC_ISSUER is set, so REVREC_OIDC_CLIENT_ID must be.")
    return issuer


def is_safe_address(url: str) -> bool:
    """Whether what is sent there is encrypted, or stays on this machine."""
    parts = urlsplit(url)
    loopback = parts.hostname in ("127.0.0.1", "localhost", "::1")
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and loopback))


def _domains(text: str) -> tuple[str, ...]:
    return tuple(one.strip().lower().removeprefix("@") for one in text.split(",") if one.strip())


def _new_users(text: Mapping[str, str]) -> str:
    role = text["oidc_new_users"]
    if role not in ("", "viewer", "accountant"):
        raise SettingInvalid(
            f"REVREC_OIDC_NEW_USERS is '{role}'; it is viewer or accountant. Other roles are given by an admin."
        )
    if role and not _domains(text["oidc_domains"]):
        raise SettingInvalid(
            "REVREC_OIDC_NEW_USERS is set, so REVREC_OIDC_DOMAINS must say whose emails may become users."
        )
    return role


def hide_password(url: str) -> str:
    """The URL with any password replaced, for logs and messages."""
    scheme, found, rest = url.partition("://")
    if not found or "@" not in rest:
        return url
    login, _, host = rest.rpartition("@")
    return f"{scheme}://{login.split(':')[0]}:***@{host}" if ":" in login else url


def _database_url(given: str, data_dir: Path) -> str:
    if not given:
        return f"sqlite:///{data_dir / 'revrec.sqlite3'}"
    for scheme in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if given.startswith(scheme):
            return "postgresql+psycopg://" + given.removeprefix(scheme)
    if given.startswith("sqlite:///"):
        return given
    raise SettingInvalid(
        f"REVREC_DATABASE_URL is '{hide_password(given)}'; it starts with postgresql:// or sqlite:///."
    )


def _read_file(path: str) -> dict[str, object]:
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text())
    except FileNotFoundError:
        raise SettingInvalid(f"REVREC_CONFIG names {path}, which does not exist.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingInvalid(f"{path} is not valid TOML: {error}.") from None
