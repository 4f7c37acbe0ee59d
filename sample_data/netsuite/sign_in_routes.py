"""``/_sim`` for an administrator of the account: roles, access tokens and certificates, made and taken away."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict

from sample_data.netsuite.account import Account
from sample_data.netsuite.roles import FIRST_ROLE, NoSuchRole, Role


class RoleOrder(BaseModel):
    """A role with the permissions that it is granted, by NetSuite's names; all others it lacks."""

    model_config = ConfigDict(extra="forbid")

    name: str = "RevRec"
    granted: frozenset[str]


class TokenOrder(BaseModel):
    """An access token (TBA) for a role."""

    model_config = ConfigDict(extra="forbid")

    role: str


class CertificateOrder(BaseModel):
    """A certificate (or public key) in PEM for a role; NetSuite makes up the id unless one is given."""

    model_config = ConfigDict(extra="forbid")

    pem: str
    certificate_id: str | None = None
    role: str = FIRST_ROLE


def sign_in_routes(account: Account) -> APIRouter:
    """The routes over one account."""
    router = APIRouter(prefix="/_sim")
    gate = account.gate
    _add_roles(router, account)

    @router.post("/tokens")
    async def issue_token(order: TokenOrder) -> dict[str, Any]:
        """An access token of the account's integration, for a role."""
        _known(account, order.role)
        made = gate.signatures.issue(order.role, like=account.credentials)
        return {
            "consumer_key": made.consumer_key,
            "consumer_secret": made.consumer_secret,
            "token_id": made.token_id,
            "token_secret": made.token_secret,
        }

    @router.delete("/tokens/{token_id}")
    async def revoke_token(token_id: str) -> dict[str, Any]:
        """Revoke an access token (TBA)."""
        try:
            gate.signatures.revoke(token_id)
        except KeyError as problem:
            raise HTTPException(404, f"there is no token {token_id}") from problem
        return {}

    @router.post("/certificates")
    async def register_certificate(order: CertificateOrder) -> dict[str, Any]:
        """Upload a certificate, as on the page OAuth 2.0 Client Credentials (M2M) Setup."""
        _known(account, order.role)
        try:
            kid = gate.tokens.register(order.pem, order.certificate_id, order.role)
        except ValueError as problem:
            raise HTTPException(422, str(problem)) from problem
        return {"certificate_id": kid, "client_id": gate.tokens.client_id}

    @router.post("/certificates/{certificate_id}/revoke")
    async def revoke_certificate(certificate_id: str) -> dict[str, Any]:
        """Revoke a certificate; it cannot be taken back."""
        try:
            gate.tokens.revoke(certificate_id)
        except KeyError as problem:
            raise HTTPException(404, f"there is no certificate {certificate_id}") from problem
        return {}

    @router.get("/bearers")
    async def bearers() -> dict[str, Any]:
        """How many bearer tokens were granted, and by which certificates."""
        by: dict[str, int] = {}
        for kid in gate.tokens.granted.values():
            by[kid] = by.get(kid, 0) + 1
        return {"granted": len(gate.tokens.granted), "by_certificate": by}

    @router.delete("/bearers")
    async def end_bearers() -> dict[str, Any]:
        """End every bearer token that is out, as revoking the authorized application does."""
        gate.tokens.end_tokens()
        return {}

    return router


def _add_roles(router: APIRouter, account: Account) -> None:
    roles = account.gate.roles

    @router.post("/roles")
    async def make_role(order: RoleOrder) -> dict[str, Any]:
        try:
            return _shown(roles.make(order.name, order.granted))
        except ValueError as problem:
            raise HTTPException(422, str(problem)) from problem

    @router.get("/roles")
    async def list_roles() -> list[dict[str, Any]]:
        return [_shown(role) for role in roles.made.values()]

    @router.put("/roles/{role_id}")
    async def change_role(role_id: str, order: RoleOrder) -> dict[str, Any]:
        """Grant other permissions; the name stays."""
        try:
            return _shown(roles.grant(role_id, order.granted))
        except NoSuchRole as problem:
            raise HTTPException(404, str(problem)) from problem
        except ValueError as problem:
            raise HTTPException(422, str(problem)) from problem

    @router.delete("/roles/{role_id}")
    async def remove_role(role_id: str) -> dict[str, Any]:
        """Make a role inactive."""
        try:
            roles.remove(role_id)
        except NoSuchRole as problem:
            raise HTTPException(404, str(problem)) from problem
        return {}


def _known(account: Account, role: str) -> None:
    try:
        account.gate.roles.denied(role, frozenset())
    except NoSuchRole as problem:
        raise HTTPException(422, str(problem)) from problem


def _shown(role: Role) -> dict[str, Any]:
    return {"id": role.id, "name": role.name, "denied": sorted(role.denied)}
