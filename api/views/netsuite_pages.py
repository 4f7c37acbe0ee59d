"""Where NetSuite itself shows a record. Accounts behind another address (a proxy, a stand-in) have no such page."""

from sqlmodel import Session

from api.views.shape import View
from revrec.netsuite.address import host_of
from revrec.store.queries.connections import connection_row


class NetSuitePages(View):
    """`host` is NetSuite's of the connected account, empty where there is none."""

    host: str

    def transaction(self, netsuite_id: int | None) -> str:
        """The page of an invoice, credit memo or journal; empty where NetSuite has none."""
        return self._page("accounting/transactions/transaction.nl", netsuite_id)

    def customer(self, netsuite_id: int | None) -> str:
        return self._page("common/entity/custjob.nl", netsuite_id)

    def _page(self, path: str, netsuite_id: int | None) -> str:
        return f"https://{self.host}/app/{path}?id={netsuite_id}" if self.host and netsuite_id else ""


def netsuite_pages(session: Session, flow: str) -> NetSuitePages:
    """Of the account that a flow (`invoices`, `journals`) is connected to."""
    row = connection_row(session, flow)
    if row is None or row.system != "netsuite" or row.base_url:
        return NetSuitePages(host="")
    return NetSuitePages(host=host_of(row.account).replace(".suitetalk.api.", ".app."))
