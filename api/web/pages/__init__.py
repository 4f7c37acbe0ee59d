"""The pages, one subject a module. Each route says by `Needs` or `Posted` what its caller must be allowed."""

from fastapi import APIRouter

from api.web.pages.account import router as account
from api.web.pages.calculator import router as calculator
from api.web.pages.connect import router as connect
from api.web.pages.contract import router as contract
from api.web.pages.contract_decisions import router as contract_decisions
from api.web.pages.contracts import router as contracts
from api.web.pages.controls import router as controls
from api.web.pages.credits import router as credits
from api.web.pages.customers import router as customers
from api.web.pages.deliveries import router as deliveries
from api.web.pages.documents import router as documents
from api.web.pages.events import router as events
from api.web.pages.explained import router as explained
from api.web.pages.flows import router as flows
from api.web.pages.home import router as home
from api.web.pages.hooks import router as hooks
from api.web.pages.hub import router as hub
from api.web.pages.hub_check import router as hub_check
from api.web.pages.import_data import router as import_data
from api.web.pages.job_events import router as job_events
from api.web.pages.jobs import router as jobs
from api.web.pages.journals import router as journals
from api.web.pages.mapping import router as mapping
from api.web.pages.oidc import router as oidc
from api.web.pages.pairing import router as pairing
from api.web.pages.pending import router as pending
from api.web.pages.periods import router as periods
from api.web.pages.segments import router as segments
from api.web.pages.settings_bundles import router as settings_bundles
from api.web.pages.settings_entities import router as settings_entities
from api.web.pages.settings_items import router as settings_items
from api.web.pages.settings_policies import router as settings_policies
from api.web.pages.settings_prices import router as settings_prices
from api.web.pages.settings_products import router as settings_products
from api.web.pages.settings_secrets import router as settings_secrets
from api.web.pages.settings_tokens import router as settings_tokens
from api.web.pages.settings_users import router as settings_users
from api.web.pages.signing_in import router as signing_in
from api.web.pages.sync import router as sync

ROUTERS: tuple[APIRouter, ...] = (
    signing_in,
    oidc,
    account,
    home,
    sync,
    import_data,
    connect,
    jobs,
    flows,
    pending,
    pairing,
    hub_check,
    hub,
    events,
    customers,
    contracts,
    contract_decisions,
    contract,
    deliveries,
    documents,
    explained,
    periods,
    journals,
    mapping,
    segments,
    controls,
    credits,
    calculator,
    settings_policies,
    settings_products,
    settings_prices,
    hooks,
    job_events,
    settings_users,
    settings_tokens,
    settings_bundles,
    settings_items,
    settings_entities,
    settings_secrets,
)
