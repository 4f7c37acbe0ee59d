"""Account mapping: where every role's amounts go, what is wrong with the rules, mapping with a look at the effect."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypedDict

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Needs, Opened
from api.views.accounts import MappingView, account_view, audit_view, mapping_views
from api.views.mapping_effect import (
    Home,
    MappingPreviewView,
    active_subsidiaries,
    effect_views,
    preview_view,
    product_categories,
)
from api.web.download import Field
from api.web.entry import Entry, carry_out, sent
from api.web.forms import Form, Posted, read_day
from api.web.listing import ROWS, Listing, listing_of, totals_page
from api.web.render import page
from api.web.role_words import ROLE_WORDS
from api.web.taking import take_list
from revrec.operations.account_types import BY_PRODUCT, MAPPED_ROLES, ROLE_TYPES
from revrec.operations.actor import Actor
from revrec.operations.map_account import MappingTarget, map_account
from revrec.operations.policies import policy_value
from revrec.operations.posting_policies import BY_DEPARTMENT
from revrec.operations.reset_mapping import reset_mapping
from revrec.problems import Invalid
from revrec.store.queries.accounts import chosen_accounts, fitting_accounts, product_by_code_or_name
from revrec.store.queries.ordered import Place
from revrec.store.queries.policies import mapping_in_force
from revrec.store.queries.segments import segment_values_named, values_after

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
SUGGESTED = 100
FIELDS = (
    Field("Role", lambda one: one.role),
    Field("Category", lambda one: one.category),
    Field("Product", lambda one: one.product),
    Field("Department", lambda one: one.department),
    Field("Subsidiary", lambda one: one.subsidiary),
    Field("Default", lambda one: "yes" if one.default else ""),
    Field("Account", lambda one: one.account_number),
    Field("Name", lambda one: one.account_name),
    Field("NetSuite id", lambda one: str(one.account)),
    Field("From", lambda one: one.valid_from, "day"),
    Field("Set by", lambda one: one.set_by),
    Field("Set at", lambda one: one.set_at, "moment"),
    Field("Why another type", lambda one: one.type_reason),
)


TOTALS = (
    Field("Role", lambda one: one[0]),
    Field("Rules", lambda one: one[1], "count"),
    Field("Defaults", lambda one: one[2], "count"),
)
_SORTS: dict[str, Callable[[MappingView], Any]] = {
    "role": lambda one: MAPPED_ROLES.index(one.role),
    "account": lambda one: (one.account_number, one.account_name),
    "from": lambda one: one.valid_from or date.min,
    "set": lambda one: one.set_at,
}


@router.get("/mapping")
def mapping(request: Request, deployment: Opened, actor: Reader) -> Response:
    listing = listing_of(request, "role", "day", "subsidiary", "role", "search", totals=True)
    today = deployment.today()
    with deployment.store.read() as session:
        day = read_day(listing.filters["day"], "day") or today
        homes = active_subsidiaries(session)
        chosen = _chosen(homes, listing.filters["subsidiary"])
        rules = _rules(session, day, listing)
        # They are few enough to be read together, so a page begins at a number of them.
        first = min(listing.order.after.id, len(rules)) if listing.order.after else 0
        following = first + ROWS if first + ROWS < len(rules) else 0
        effect = effect_views(session, day, [chosen] if chosen else [])
        found = audit_view(session, today)
        by_department = policy_value(session, "journal_breakdown", day) == BY_DEPARTMENT
    return page(
        request,
        "mapping.html",
        list=listing.page(len(rules[first : first + ROWS]), Place("", following) if following else None),
        day=day,
        homes=homes,
        chosen=chosen,
        rules=rules[first : first + ROWS],
        count=len(rules),
        effect=effect,
        audit=found,
        unverified=found.unverified,
        by_department=by_department,
        roles=ROLE_WORDS,
        by_product=BY_PRODUCT,
    )


@router.get("/mapping/totals")
def totals(request: Request, deployment: Opened, actor: Reader) -> Response:
    listing = listing_of(request, "role", "day", "subsidiary", "role", "search", totals=True)
    with deployment.store.read() as session:
        rules = _rules(session, read_day(listing.filters["day"], "day") or deployment.today(), listing)
    by_role = [
        (ROLE_WORDS[role], count, sum(one.default for one in rules if one.role == role))
        for role, count in Counter(one.role for one in rules).items()
    ]
    return totals_page(request, listing, "account mapping", TOTALS, by_role)


@router.get("/mapping.{kind}")
def export(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_list"))], kind: str
) -> Response:
    listing = listing_of(request, "role", "day", "role", "search")
    day = read_day(listing.filters["day"], "day") or deployment.today()

    def rows(session: Session) -> list[MappingView]:
        return _rules(session, day, listing)

    return take_list(deployment, actor, kind, "account mapping", listing.filters, FIELDS, rows)


@router.get("/mapping/accounts")
def accounts(request: Request, deployment: Opened, actor: Reader) -> Response:
    """Accounts that a role takes, as suggestions below the field that is being typed into."""
    asked = request.query_params
    with deployment.store.read() as session:
        found = fitting_accounts(session, _types(asked.get("role", "")), asked.get("account", ""), SUGGESTED)
        views = [account_view(row) for row in found]
    return page(request, "mapping_accounts.html", accounts=views)


@router.get("/mapping/rule")
def rule(request: Request, deployment: Opened, actor: Reader) -> Response:
    return _form(request, deployment, Entry.asked(request))


@router.post("/mapping/rule")
def save(form: Annotated[Form, Depends(Posted("map_account"))]) -> Response:
    """Map, or only show what that would do; a refusal stands beside its field."""

    def run(session: Session) -> Response:
        wanted = _wanted(session, form)
        now = form.deployment.now()
        if form.text("do") == "preview":
            today = form.deployment.today()
            terms = wanted.terms(form)
            seen = preview_view(
                session, form.actor, wanted.target, wanted.account, today=today, now=now, **terms
            )
            return _form(form.request, form.deployment, Entry(sent(form)), seen)
        map_account(session, form.actor, wanted.target, wanted.account, now=now, **wanted.terms(form))
        words = f"{ROLE_WORDS[wanted.target.role]} is mapped to {form.text('account')}."
        return form.done("/mapping", words)

    return carry_out(form, run, lambda entry: _form(form.request, form.deployment, entry))


@router.post("/mapping/withdraw")
def withdraw(form: Annotated[Form, Depends(Posted("map_account"))]) -> Response:
    def run(session: Session) -> Response:
        wanted = _wanted(session, form, withdraw=True)
        map_account(session, form.actor, wanted.target, None, now=form.deployment.now(), **wanted.terms(form))
        words = f"The rule is withdrawn: {wanted.target.describe().replace('_', ' ')}."
        return form.done("/mapping", words)

    return carry_out(form, run, lambda entry: _form(form.request, form.deployment, entry))


@router.post("/mapping/reset")
def reset(form: Annotated[Form, Depends(Posted("reset_mapping"))]) -> Response:
    with form.deployment.store.write() as session:
        count = reset_mapping(
            session, form.actor, now=form.deployment.now(), confirmed=True, reason=form.text("reason")
        )
    return form.done("/mapping", f"{count} rules are withdrawn. Closes stop until accounts are mapped again.")


class _Terms(TypedDict):
    """From when on, and what the form confirms."""

    valid_from: date | None
    reason: str
    retrospective: bool
    any_type: bool


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A rule as the form says it."""

    target: MappingTarget
    account: int | None
    valid_from: date | None

    def terms(self, form: Form) -> _Terms:
        return {
            "valid_from": self.valid_from,
            "reason": form.text("reason"),
            "retrospective": form.on("retrospective"),
            "any_type": form.on("any_type"),
        }


def _wanted(session: Session, form: Form, *, withdraw: bool = False) -> _Wanted:
    """What the form's words mean. Raises `Invalid`, naming the field, where they mean nothing or several things."""
    role, product = form.text("role"), form.text("product")
    found = product_by_code_or_name(session, product) if product else None
    if product and found is None:
        raise Invalid(f"No product has the code or name {product}.", where="product")
    subsidiary = form.text("subsidiary")
    target = MappingTarget(
        role,
        found.id if found else None,
        form.text("category") or None,
        int(subsidiary) if subsidiary.isdigit() and len(subsidiary) < 19 else None,
        form.on("default"),
        _department(session, form.text("department")),
    )
    account = None if withdraw else _account(session, form.text("account"), role)
    return _Wanted(target, account, form.day("valid_from"))


def _account(session: Session, text: str, role: str) -> int:
    if not text:
        raise Invalid("Choose an account: its number, part of its name, or NetSuite's id.", where="account")
    found = chosen_accounts(session, text, 6)
    fit = [one for one in found if one.active and one.type in _types(role)] if len(found) > 1 else found
    if len(fit) == 1:
        return fit[0].id
    if not found:
        raise Invalid(f"No account of the chart has “{text}” in its number or name.", where="account")
    names = ", ".join(f"{one.number} {one.name}".strip() for one in (fit or found)[:5])
    raise Invalid(f"Several accounts fit “{text}”: {names}. Give the number of one.", where="account")


def _department(session: Session, text: str) -> int | None:
    if not text:
        return None
    found = segment_values_named(session, "department", text)
    if len(found) != 1:
        raise Invalid(
            f"{'No' if not found else 'More than one'} department is called {text}.", where="department"
        )
    return found[0]


def _types(role: str) -> tuple[str, ...]:
    return ROLE_TYPES.get(role, ())


def _chosen(homes: list[Home], text: str) -> Home | None:
    return next((one for one in homes if str(one.id) == text), homes[0] if homes else None)


def _rules(session: Session, day: date, listing: Listing) -> list[MappingView]:
    """The rules in force that the filters leave, in their order: by role the role's own before what narrows it."""
    by = _SORTS.get(listing.order.by)
    if by is None:
        raise Invalid(
            f"This list cannot be sorted by '{listing.order.by}', only by {', '.join(_SORTS)}.", where="sort"
        )
    role, search = listing.filters["role"], listing.filters["search"].casefold()
    views = mapping_views(session, mapping_in_force(session, day))
    found = [
        one
        for one in views
        if (not role or one.role == role)
        and (
            not search
            or any(
                search in (text or "").casefold()
                for text in (one.account_number, one.account_name, one.product, one.category, one.subsidiary)
            )
        )
    ]
    return sorted(found, key=by, reverse=listing.order.descending)


def _form(
    request: Request,
    deployment: Deployment,
    entry: Entry,
    seen: MappingPreviewView | None = None,
) -> Response:
    role = entry.value("role", "revenue")
    with deployment.store.read() as session:
        day = deployment.today()
        standing = next(
            (one for one in mapping_views(session, mapping_in_force(session, day)) if _same(one, entry)), None
        )
        found = fitting_accounts(session, _types(role), "", SUGGESTED)
        departments = (
            values_after(session, "department", 0, 300)
            if policy_value(session, "journal_breakdown", day) == BY_DEPARTMENT
            else []
        )
        return page(
            request,
            "mapping_rule.html",
            entry.status,
            entry=entry,
            seen=seen,
            standing=standing,
            accounts=[account_view(row) for row in found],
            home_pairs=[(str(one.id), one.name) for one in active_subsidiaries(session)],
            category_pairs=[(one, one) for one in product_categories(session)],
            department_pairs=[(one.name, one.name) for one in departments if one.active],
            roles=[(one, ROLE_WORDS[one]) for one in MAPPED_ROLES],
            takes=", ".join(_types(role)),
        )


def _same(one: MappingView, entry: Entry) -> bool:
    """Whether a rule in force is the one that the form speaks of."""
    return (
        one.role,
        one.product or "",
        one.category or "",
        one.department or "",
        str(one.subsidiary_id or ""),
        one.default,
    ) == (
        entry.value("role"),
        entry.value("product"),
        entry.value("category"),
        entry.value("department"),
        entry.value("subsidiary"),
        bool(entry.value("default")),
    )
