"""Opening balances for people and programs."""

from api.views.amounts import AmountWriter, amount_writer
from api.views.shape import View
from jobs.closing.compute import Opening
from jobs.closing.openings import LedgerComparison
from revrec.accounting.columns import NONE
from revrec.operations.accept_opening import OpeningTotal
from revrec.store.engine import Store
from revrec.store.queries.openings import Named, names_of


class OpeningTotalView(View):
    """What stands at the opening in one subsidiary and currency, to be compared with the general ledger."""

    subsidiary: int
    currency: str
    billed: str
    recognised: str
    contract_liability: str
    contract_asset: str


class OpeningLedgerView(View):
    """Contract liability less assets of a subsidiary in its base currency: here, and on NetSuite's accounts."""

    subsidiary: int
    currency: str
    here: str
    netsuite: str
    difference: str


class OpeningDifferenceView(View):
    """Computed less loaded. Without a line: what a contract was billed."""

    contract: str
    order: str
    line: str
    currency: str
    computed: str
    loaded: str
    difference: str


class OpeningView(View):
    """The opening as it will stand. `period`: the one before the first. `loaded`: from a sheet, not computed.
    `general_ledger`: empty until NetSuite's balances at its end were read."""

    period: str
    loaded: bool
    accepted: bool
    totals: list[OpeningTotalView]
    general_ledger: list[OpeningLedgerView]
    differences: list[OpeningDifferenceView]


class ImportedOpeningView(View):
    """`replaced`: another import came before."""

    obligations: int
    contracts: int
    replaced: bool


def opening_view(store: Store, opening: Opening) -> OpeningView:
    compared = opening.compared
    rows = compared.differences.rows()
    with store.read() as session:
        writer = amount_writer(session)
        names = names_of(
            session,
            {row["contract"] for row in rows},
            {row["obligation"] for row in rows if row["obligation"] != NONE},
        )
    return OpeningView(
        period=opening.period,
        loaded=compared.loaded,
        accepted=compared.accepted,
        totals=[_total(one, writer) for one in compared.totals],
        general_ledger=[_ledger(one, writer) for one in compared.ledgers],
        differences=[_difference(row, opening.currency_of(row["contract"]), names, writer) for row in rows],
    )


def _total(one: OpeningTotal, writer: AmountWriter) -> OpeningTotalView:
    return OpeningTotalView(
        subsidiary=one.subsidiary_id,
        currency=one.currency,
        billed=writer.text(one.billed_minor, one.currency),
        recognised=writer.text(one.recognised_minor, one.currency),
        contract_liability=writer.text(one.liability_minor, one.currency),
        contract_asset=writer.text(one.asset_minor, one.currency),
    )


def _ledger(one: LedgerComparison, writer: AmountWriter) -> OpeningLedgerView:
    return OpeningLedgerView(
        subsidiary=one.subsidiary_id,
        currency=one.currency,
        here=writer.text(one.ours_minor, one.currency),
        netsuite=writer.text(one.netsuite_minor, one.currency),
        difference=writer.text(one.netsuite_minor - one.ours_minor, one.currency),
    )


def _difference(
    row: dict[str, int], currency: str, names: dict[tuple[int, int | None], Named], writer: AmountWriter
) -> OpeningDifferenceView:
    line = None if row["obligation"] == NONE else row["obligation"]
    named = names.get((row["contract"], line), Named(""))
    return OpeningDifferenceView(
        contract=named.contract,
        order=named.order,
        line=named.line,
        currency=currency,
        computed=writer.text(row["computed"], currency),
        loaded=writer.text(row["loaded"], currency),
        difference=writer.text(row["computed"] - row["loaded"], currency),
    )
