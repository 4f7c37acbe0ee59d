"""Which connection each kind of job uses."""

FLOW_OF_JOB = {
    "orders": "orders",
    "invoices": "invoices",
    "reference": "invoices",
    "gl_balances": "invoices",
    "post": "journals",
    "cross_check": "journals",
    "reopen": "journals",
}
"""Kind -> flow, of the kinds that talk to an outside system."""


def kinds_of(flow: str) -> tuple[str, ...]:
    """The kinds of jobs that use a flow's connection."""
    return tuple(kind for kind, used in FLOW_OF_JOB.items() if used == flow)
