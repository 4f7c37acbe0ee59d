"""The pages, one subject a module. Each route says by `Needs` or `Posted` what its caller must be allowed."""

from fastapi import APIRouter

from api.web.pages import account, home, journals, pending, periods, signing_in, sync

ROUTERS: tuple[APIRouter, ...] = (
    signing_in.router,
    account.router,
    home.router,
    sync.router,
    pending.router,
    periods.router,
    journals.router,
)
