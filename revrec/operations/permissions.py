"""Who may do what: the one table that operations, API, documentation and tests read."""

from types import MappingProxyType

from revrec.operations.actor import SERVICE, Actor
from revrec.problems import Refused

ROLES = ("admin", "controller", "accountant", "viewer")

_EVERYONE = frozenset(ROLES)
_BOOKKEEPERS = frozenset({"admin", "controller", "accountant"})
_APPROVERS = frozenset({"admin", "controller"})
_ADMINS = frozenset({"admin"})

PERMISSIONS = MappingProxyType(
    {
        # reading
        "read": _EVERYONE,
        "read_audit": _EVERYONE,
        "export_audit": _EVERYONE,
        "export_list": _EVERYONE,
        # one's own access
        "create_token": _EVERYONE,
        "revoke_token": _EVERYONE,
        "set_password": _EVERYONE,
        "set_preferences": _EVERYONE,
        # daily work
        "run_sync": _BOOKKEEPERS,
        "load_job": _BOOKKEEPERS,
        "import_file": _BOOKKEEPERS,
        "cancel_job": _BOOKKEEPERS,
        "pair_customer": _BOOKKEEPERS,
        "undo_pairing": _BOOKKEEPERS,
        "import_opening": _BOOKKEEPERS,
        "close_period": _BOOKKEEPERS,
        "post_journal": _BOOKKEEPERS,
        "retry_journal": _BOOKKEEPERS,
        "hold_journal": _BOOKKEEPERS,
        "release_journal": _BOOKKEEPERS,
        "cross_check": _BOOKKEEPERS,
        "test_connection": _BOOKKEEPERS,
        "read_balances": _BOOKKEEPERS,
        "record_delivery": _BOOKKEEPERS,
        # answering for the books
        "set_first_period": _APPROVERS,
        "accept_opening": _APPROVERS,
        "reopen_period": _APPROVERS,
        "approve_journal": _APPROVERS,
        "set_policy": _APPROVERS,
        "map_account": _APPROVERS,
        "map_entity": _APPROVERS,
        "pair_item": _APPROVERS,
        "categorize_product": _APPROVERS,
        "reset_mapping": _APPROVERS,
        "sign_off_balance": _APPROVERS,
        # what shapes a contract
        "set_product_rule": _APPROVERS,
        "set_price": _APPROVERS,
        "set_bundle": _APPROVERS,
        "treat_version": _APPROVERS,
        "change_price": _APPROVERS,
        "combine_order": _APPROVERS,
        "set_line_rule": _APPROVERS,
        "decide_credit": _APPROVERS,
        "set_credit_rule": _APPROVERS,
        # the installation
        "read_users": _APPROVERS,
        "add_user": _ADMINS,
        "change_user": _ADMINS,
        "manage_tokens": _ADMINS,
        "manage_hooks": _ADMINS,
        "create_sign_in_link": _ADMINS,
        "end_sessions": _ADMINS,
        "connect_system": _ADMINS,
        "disconnect_system": _ADMINS,
        "pause_connection": _APPROVERS,
        "schedule_sync": _ADMINS,
    }
)
"""Action -> roles. `create_token` and `revoke_token` are for one's own; others' tokens need `manage_tokens`."""


def may(actor: Actor, action: str) -> bool:
    """Whether the actor's role allows the action. An action that the table lacks is a defect (`KeyError`)."""
    return actor is SERVICE or actor.role in PERMISSIONS[action]


def require(actor: Actor, action: str) -> None:
    """Raise `Refused`, naming the roles that may, unless the actor may."""
    if not may(actor, action):
        allowed = [role for role in ROLES if role in PERMISSIONS[action]]
        raise Refused(
            f"{actor.email} is {_article(actor.role)} {actor.role} and may not {action.replace('_', ' ')}; "
            f"that takes {' or '.join(allowed)}.",
            where=action,
        )


def _article(word: str) -> str:
    return "an" if word[:1] in "aeiou" else "a"
