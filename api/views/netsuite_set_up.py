"""What to enter in NetSuite, and what a role must be permitted there."""

from collections.abc import Sequence

from api.views.shape import View
from revrec.netsuite.role import permissions_for
from revrec.netsuite.set_up import Step, steps


class RolePermissionView(View):
    """One permission of a NetSuite role, in NetSuite's names. `feature`: wanted only where the account has it.
    `condition`: wanted only where this policy has this value."""

    name: str
    tab: str
    level: str
    purpose: str
    flows: list[str]
    feature: str
    condition: str
    optional: bool
    screen: str


class StepView(View):
    """One screen of NetSuite: its path, and what is done there."""

    title: str
    screen: str
    lines: list[str]


class SetUpView(View):
    """What to enter in NetSuite, screen by screen, for the role of these flows."""

    flows: list[str]
    auth: str
    steps: list[StepView]
    permissions: list[RolePermissionView]


def permission_views(flows: Sequence[str], auth: str) -> list[RolePermissionView]:
    return [
        RolePermissionView(
            name=one.name,
            tab=one.tab,
            level=one.level,
            purpose=one.purpose,
            flows=list(one.flows),
            feature=one.feature.name if one.feature else "",
            condition=" = ".join(one.when) if one.when else "",
            optional=one.optional,
            screen=one.screen,
        )
        for one in permissions_for(flows, auth)
    ]


def step_views(given: Sequence[Step]) -> list[StepView]:
    return [StepView(title=one.title, screen=one.screen, lines=list(one.lines)) for one in given]


def set_up_view(flows: Sequence[str], auth: str) -> SetUpView:
    return SetUpView(
        flows=list(flows),
        auth=auth,
        steps=step_views(steps(flows, auth)),
        permissions=permission_views(flows, auth),
    )
