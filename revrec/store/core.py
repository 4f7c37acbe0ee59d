"""Tables as SQLAlchemy Core sees them, for set-based statements over many rows."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from revrec.store import tables as t


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a model."""
    table: Table = SQLModel.metadata.tables[str(model.__tablename__)]
    return table


account = table_of(t.Account)
account_mapping = table_of(t.AccountMapping)
account_subsidiary = table_of(t.AccountSubsidiary)
allocation = table_of(t.Allocation)
api_usage = table_of(t.ApiUsage)
balance = table_of(t.Balance)
billing_split = table_of(t.BillingSplit)
book_lock = table_of(t.BookLock)
booked = table_of(t.Booked)
bundle = table_of(t.Bundle)
bundle_product = table_of(t.BundleProduct)
company_entity = table_of(t.CompanyEntity)
connection = table_of(t.Connection)
contract = table_of(t.Contract)
control_total = table_of(t.ControlTotal)
credit_decision = table_of(t.CreditDecision)
credit_rule = table_of(t.CreditRule)
crm_customer = table_of(t.CrmCustomer)
currency = table_of(t.Currency)
currency_rate = table_of(t.CurrencyRate)
customer_alias = table_of(t.CustomerAlias)
customer_link = table_of(t.CustomerLink)
delivery = table_of(t.Delivery)
document_change = table_of(t.DocumentChange)
document_line = table_of(t.DocumentLine)
document_version = table_of(t.DocumentVersion)
gl_balance = table_of(t.GlBalance)
group_result = table_of(t.GroupResult)
item = table_of(t.Item)
job = table_of(t.Job)
job_file = table_of(t.JobFile)
job_note = table_of(t.JobNote)
journal = table_of(t.Journal)
journal_line = table_of(t.JournalLine)
ledger_transfer = table_of(t.LedgerTransfer)
line_rule = table_of(t.LineRule)
netsuite_customer = table_of(t.NetSuiteCustomer)
netsuite_period = table_of(t.NetSuitePeriod)
obligation = table_of(t.Obligation)
opening_balance = table_of(t.OpeningBalance)
order_line = table_of(t.OrderLine)
order_to_read = table_of(t.OrderToRead)
order_version = table_of(t.OrderVersion)
period_close = table_of(t.PeriodClose)
posting_attempt = table_of(t.PostingAttempt)
price_change = table_of(t.PriceChange)
product = table_of(t.Product)
product_rule = table_of(t.ProductRule)
sales_order = table_of(t.SalesOrder)
segment = table_of(t.Segment)
segment_set = table_of(t.SegmentSet)
segment_value = table_of(t.SegmentValue)
source_document = table_of(t.SourceDocument)
standalone_price = table_of(t.StandalonePrice)
subsidiary = table_of(t.Subsidiary)
treatment_taken = table_of(t.TreatmentTaken)
version_treatment = table_of(t.VersionTreatment)
waiting_item = table_of(t.WaitingItem)
watermark = table_of(t.Watermark)
