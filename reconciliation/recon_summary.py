"""The ReconSummary_Invoice tab: source against ours by posting period and currency."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from reconciliation.control_totals import GroupResult, Status
from reconciliation.recon_details import add_up
from reconciliation.tab_sheet import Cell


def recon_summary_rows(results: Iterable[GroupResult]) -> Iterator[tuple[Cell, ...]]:
    """Rows in order of period and currency."""

    def place(result: GroupResult) -> tuple[str, str]:
        return result.key.period, result.key.currency

    for (period, _), members in groupby(sorted(results, key=place), key=place):
        groups = list(members)
        failing = {group.key.customer_id for group in groups if group.status is Status.FAIL}
        yield (
            period,
            *add_up(groups).cells(),
            len({group.key.customer_id for group in groups}),
            len(failing),
        )
