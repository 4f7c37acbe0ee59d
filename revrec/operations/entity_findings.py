"""What to tell of selling entities that stand for no subsidiary yet."""

from sqlmodel import Session

from revrec.problems import Finding
from revrec.store.queries.entities import unmapped_entities


def entity_findings(session: Session) -> list[Finding]:
    """One warning for each entity that orders name and nobody mapped."""
    return [_finding(name, orders) for name, orders in unmapped_entities(session)]


def _finding(name: str, orders: int) -> Finding:
    count = "One order names" if orders == 1 else f"{orders:,} orders name"
    return Finding(
        "entity_not_mapped",
        "warning",
        f"entity {name}",
        f"{count} the company entity {name}, which is mapped to no subsidiary; their customers' subsidiary stands in. "
        "`revrec entities map` maps it.",
    )
