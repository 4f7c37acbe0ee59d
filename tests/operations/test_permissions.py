"""The one table of who may do what."""

import re
from pathlib import Path

import pytest

import api
import jobs
import revrec
from revrec.operations.actor import SERVICE, Actor
from revrec.operations.permissions import PERMISSIONS, ROLES, may, require
from revrec.problems import Refused


def test_every_action_names_known_roles_and_an_admin_may_do_everything() -> None:
    for action, roles in PERMISSIONS.items():
        assert roles <= set(ROLES), action
        assert "admin" in roles, action


def test_a_viewer_changes_nothing_but_its_own_access() -> None:
    viewer = Actor("v@books.test", "viewer")
    allowed = {action for action in PERMISSIONS if may(viewer, action)}
    reading = {"read", "read_audit", "export_audit", "export_list"}
    assert allowed == reading | {"create_token", "revoke_token", "set_password", "set_preferences"}


def test_only_an_admin_connects_systems_and_manages_people() -> None:
    for action in ("connect_system", "add_user", "change_user", "manage_tokens"):
        assert PERMISSIONS[action] == {"admin"}


def test_who_prepares_does_not_approve() -> None:
    assert "accountant" in PERMISSIONS["close_period"]
    assert "accountant" not in PERMISSIONS["approve_journal"]
    assert "accountant" not in PERMISSIONS["reopen_period"]


def test_a_refusal_names_who_may() -> None:
    with pytest.raises(
        Refused, match=r"an accountant and may not approve journal; that takes admin or controller"
    ):
        require(Actor("a@books.test", "accountant"), "approve_journal")


def test_the_service_itself_is_never_refused() -> None:
    for action in PERMISSIONS:
        require(SERVICE, action)


def test_a_user_cannot_pose_as_the_service() -> None:
    with pytest.raises(KeyError):
        PERMISSIONS["everything"]
    assert not may(Actor("service", "service", "RevRec itself"), "add_user")


def test_every_action_of_the_table_is_used_and_every_used_one_is_in_it() -> None:
    used: set[str] = set()
    for package in (revrec, api, jobs):
        for file in Path(str(package.__file__)).parent.rglob("*.py"):
            text = file.read_text()
            used |= set(re.findall(r'(?:require|may)\(\s*[\w.]+(?:\([^)]*\))?,\s*"(\w+)"', text))
            used |= set(re.findall(r'Needs\("(\w+)"\)', text))
    from jobs.start import PERMISSIONS as STARTS

    used |= set(STARTS.values())
    assert used == set(PERMISSIONS)
