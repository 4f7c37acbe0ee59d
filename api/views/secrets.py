"""How old the secrets are that this installation keeps, and none of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from api.views.connections import NoticeView, notice_views
from api.views.shape import View
from revrec.problems import SettingInvalid
from revrec.secrets import Vault
from revrec.store.queries.connections import all_connections
from revrec.store.queries.people import TokenAges, token_ages
from revrec.store.tables import Connection


class CredentialsView(View):
    """The credentials of a flow. `replaced_by` and `replaced_at`: who gave them last, and when; `age_days` since then;
    `readable`: the present key opens them."""

    flow: str
    system: str
    account: str
    auth: str
    replaced_by: str
    replaced_at: datetime
    age_days: int
    certificate_ends: datetime | None
    readable: bool
    notices: list[NoticeView]


class TokensView(View):
    """Tokens that work: how many, how many nobody ever used, and when the oldest was made."""

    working: int
    never_used: int
    oldest: datetime | None


class KeyView(View):
    """The key that credentials are encrypted with. `source`: where it comes from, in words; `problem`: why it cannot be
    used, empty where it can."""

    source: str
    keys: int
    problem: str


class SecretsView(View):
    key: KeyView
    credentials: list[CredentialsView]
    tokens: TokensView


def secrets_view(session: Session, key: KeyView, vault: Vault | None, now: datetime) -> SecretsView:
    ages: TokenAges = token_ages(session)
    return SecretsView(
        key=key,
        credentials=credentials_views(all_connections(session), vault, now),
        tokens=TokensView(working=ages.working, never_used=ages.never_used, oldest=ages.oldest),
    )


def credentials_views(
    rows: Sequence[Connection], vault: Vault | None, now: datetime
) -> list[CredentialsView]:
    """Those that are kept; what was disconnected has none."""
    return [
        CredentialsView(
            flow=row.flow,
            system=row.system,
            account=row.account,
            auth=row.auth,
            replaced_by=row.connected_by,
            replaced_at=row.connected_at,
            age_days=(now - row.connected_at).days,
            certificate_ends=row.certificate_ends,
            readable=vault is not None and _opens(vault, row),
            notices=notice_views(row, now),
        )
        for row in rows
        if row.disconnected_at is None
    ]


def _opens(vault: Vault, row: Connection) -> bool:
    try:
        vault.open(row.flow, row.secret)
    except SettingInvalid:
        return False
    return True
