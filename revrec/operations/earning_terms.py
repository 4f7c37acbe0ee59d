"""How something is earned, as a person says it of a product or of one order line: checked before it is kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from revrec.accounting.terms import AssetKind, Method, Trigger
from revrec.operations.decimals import read_quantity
from revrec.problems import Invalid

METHODS = tuple(one.name.lower() for one in Method)
TRIGGERS = tuple(one.name.lower() for one in Trigger if one is not Trigger.AUTO)
ASSET_KINDS = tuple(one.name.lower() for one in AssetKind if one is not AssetKind.AUTO)
_PLANS = {"custom": "percentages", "milestone": "milestones"}
_FORMS = {
    "percentages": '{"percentages": [["0", "50"], ["1", "50"]]}',
    "milestones": '{"milestones": [{"name": "Go-live", "weight": "60"}]}',
}
_HUNDRED = 100 * 10**6


@dataclass(frozen=True, slots=True)
class EarningTerms:
    """Empty text, and no plan: nothing said, so what stands behind it counts (order line, catalogue, policy).

    `plan`: `{"percentages": [[period's offset, percent], ...]}` of a custom method, `{"milestones": [{"name",
    "weight"}, ...]}` of milestones; numbers as decimal text.
    """

    method: str = ""
    trigger: str = ""
    asset_kind: str = ""
    plan: Mapping[str, Any] | None = None


def checked_terms(terms: EarningTerms) -> EarningTerms:
    """The terms as they are stored. Raises `Invalid` that names what does not fit."""
    _one_of(terms.method, METHODS, "method")
    _one_of(terms.trigger, TRIGGERS, "trigger")
    _one_of(terms.asset_kind, ASSET_KINDS, "asset_kind")
    if terms.trigger and terms.method not in ("", "point_in_time"):
        raise Invalid(
            f"A trigger says when point_in_time is earned; {terms.method} has none.", where="trigger"
        )
    wanted = _PLANS.get(terms.method)
    if terms.plan is None:
        if wanted:
            raise Invalid(
                f"The method {terms.method} needs its {wanted}: a plan such as {_FORMS[wanted]}.",
                where="plan",
            )
        return terms
    if wanted is None:
        raise Invalid(
            f"A plan belongs to the methods custom and milestone, not to {terms.method or 'no method'}.",
            where="plan",
        )
    return EarningTerms(terms.method, terms.trigger, terms.asset_kind, _checked_plan(terms.plan, wanted))


def read_plan(text: str) -> Any:
    """The plan that a person typed as JSON, unchecked. A bare list is taken for what its first element looks like."""
    try:
        plan = json.loads(text)
    except ValueError as error:
        raise Invalid(f"The plan is not JSON: {error}.", where="plan") from None
    if isinstance(plan, list):
        return {"milestones" if plan and isinstance(plan[0], dict) else "percentages": plan}
    return plan


def _checked_plan(plan: Any, wanted: str) -> dict[str, Any]:
    if not isinstance(plan, Mapping) or set(plan) != {wanted} or not isinstance(plan[wanted], (list, tuple)):
        raise Invalid(f"The plan has the form {_FORMS[wanted]}.", where="plan")
    if not plan[wanted]:
        raise Invalid(f"The plan has no {wanted}.", where="plan")
    parts = list(plan[wanted])
    return {wanted: _percentages(parts) if wanted == "percentages" else _milestones(parts)}


def _percentages(parts: list[Any]) -> list[list[str]]:
    found: dict[int, tuple[str, int]] = {}
    for at, pair in enumerate(parts):
        place = f"plan.percentages[{at}]"
        if not isinstance(pair, (list, tuple)) or len(pair) != 2 or not str(pair[0]).isdigit():
            raise Invalid(
                f'{place}: write a period\'s offset and its percentage, such as ["0", "50"].', where=place
            )
        percent = read_quantity(str(pair[1]), where=place)
        if percent < 0:
            raise Invalid(f"{place}: a percentage is not negative.", where=place)
        if int(pair[0]) in found:
            raise Invalid(f"{place}: the offset {pair[0]} stands twice.", where=place)
        found[int(pair[0])] = (str(pair[1]).strip(), percent)
    if sum(percent for _, percent in found.values()) != _HUNDRED:
        raise Invalid("The percentages of the plan do not add up to 100.", where="plan.percentages")
    return [[str(offset), text] for offset, (text, _) in sorted(found.items())]


def _milestones(parts: list[Any]) -> list[dict[str, str]]:
    found: dict[str, tuple[str, int]] = {}
    for at, one in enumerate(parts):
        place = f"plan.milestones[{at}]"
        if not isinstance(one, Mapping) or set(one) != {"name", "weight"}:
            raise Invalid(f"{place}: a milestone has a name and a weight.", where=place)
        name = str(one["name"]).strip()
        if not name or name in found:
            raise Invalid(f"{place}: a milestone needs a name of its own.", where=place)
        weight = read_quantity(str(one["weight"]), where=place)
        if weight < 0:
            raise Invalid(f"{place}: a weight is not negative.", where=place)
        found[name] = (str(one["weight"]).strip(), weight)
    if not sum(weight for _, weight in found.values()):
        raise Invalid("The milestones of the plan have no weight.", where="plan.milestones")
    return [{"name": name, "weight": text} for name, (text, _) in found.items()]


def _one_of(value: str, choices: tuple[str, ...], where: str) -> None:
    if value and value not in choices:
        raise Invalid(
            f"'{value}' is no {where.replace('_', ' ')}; there are {', '.join(choices)}.", where=where
        )
