"""Routes under `/api/v1`, one noun a module. Each says by `Needs(action)` what its caller must be allowed."""

from fastapi import APIRouter

from api.http.routes import (
    accounts,
    audit,
    bundles,
    calculator,
    connections,
    contracts,
    controls,
    customers,
    explain,
    jobs,
    journals,
    orders,
    pending,
    periods,
    policies,
    prices,
    products,
    tokens,
    users,
)

ROUTERS: tuple[APIRouter, ...] = (
    users.router,
    tokens.router,
    connections.router,
    jobs.router,
    pending.router,
    customers.router,
    contracts.router,
    orders.router,
    explain.router,
    controls.router,
    periods.router,
    journals.router,
    accounts.router,
    policies.router,
    products.router,
    prices.router,
    bundles.router,
    audit.router,
    calculator.router,
)
