"""The tables of transactions: header, lines, accounting lines, links, deletions, statuses."""

from __future__ import annotations

from sample_data.netsuite.schema import Table, table

TRANSACTION = table(
    "transaction",
    """
    id int !
    tranid text
    transactionnumber text
    trandisplayname text
    type text !
    recordtype text !
    abbrevtype text
    entity int -> customer
    trandate date !
    duedate date
    closedate date
    createddate datetime !
    createdby int -> employee
    lastmodifieddate datetime !
    lastmodifiedby int -> employee
    currency int -> currency ?multicurrency
    exchangerate rate ?multicurrency
    foreigntotal amount
    foreignamountpaid amount
    foreignamountunpaid amount
    total amount
    taxtotal amount
    status text -> transactionstatus
    approvalstatus int -> approvalstatus
    posting text !
    postingperiod int -> accountingperiod
    voided text !
    void text
    isreversal text
    reversal int -> transaction
    reversaldate date
    reversaldefer text
    journaltype text
    memo text
    externalid text
    nexus int
    source text
    otherrefnum text
    terms text
    employee int -> employee
    shippingaddress int
    billingaddress int
    intercoadj text
    userevenuearrangement text ?revrec
    subsidiary int -> subsidiary ?oneworld
    custbody_order_number text
    workflow_locked text *
    """,
    permission="Find Transaction",
    display="trandisplayname",
    indexes=(
        "[lastmodifieddate__utc], [id], [type], [posting], [voided]",
        "[lastmodifieddate], [id]",
        "[type], [id], [posting], [voided], [lastmodifieddate__utc]",
        "[postingperiod], [type], [posting], [voided], [currency], [entity], [id]",
        "[entity], [id]",
        "[trandate], [id]",
        "[externalid]",
        "[tranid]",
    ),
)

TRANSACTIONLINE = table(
    "transactionline",
    """
    uniquekey int !
    transaction int ! -> transaction
    id int !
    linesequencenumber int !
    mainline text !
    taxline text !
    item int -> item
    itemtype text
    quantity quantity
    rate rate
    rateamount amount
    ratepercent rate
    price int
    netamount amount
    foreignamount amount
    foreignamountpaid amount
    foreignamountunpaid amount
    debitforeignamount amount
    creditforeignamount amount
    memo text
    class int -> classification ?classes
    department int -> department ?departments
    location int -> location ?locations
    subsidiary int -> subsidiary ?oneworld
    entity int -> customer
    expenseaccount int -> account
    accountinglinetype text
    transactionlinetype text
    createdfrom int -> transaction
    iscogs text
    isclosed text
    eliminate text
    donotdisplayline text
    kitcomponent text
    transactiondiscount text
    linelastmodifieddate datetime !
    linecreateddate datetime !
    revenueelement int ?revrec
    isrevrectransaction text ?revrec
    needsrevenueelement text ?revrec
    revrecstartdate date ?revrec
    revrecenddate date ?revrec
    revrecterminmonths int ?revrec
    deferrevrec text ?revrec
    revrecschedule int ?revrec
    donotcreaterevenueelement text ?revrec
    subscription int
    subscriptionline int
    amortizstartdate date
    amortizationenddate date
    amortizationsched int
    cleared text
    custcol_service_start date ?custcol_dates
    custcol_service_end date ?custcol_dates
    cseg_region int -> customrecord_cseg_region ?cseg_region
    custcol_channel int -> customlist_channel ?custcol_channel
    """,
    key="uniquekey; transaction, id",
    permission="Find Transaction",
    indexes=(
        "[linelastmodifieddate__utc], [uniquekey]",
        "[linelastmodifieddate], [uniquekey]",
        "[createdfrom] WHERE [createdfrom] IS NOT NULL",
    ),
)

TRANSACTIONACCOUNTINGLINE = table(
    "transactionaccountingline",
    """
    transaction int ! -> transaction
    transactionline int !
    accountingbook int ! -> accountingbook
    account int ! -> account
    amount amount
    debit amount
    credit amount
    netamount amount
    posting text !
    exchangerate rate
    amountpaid amount
    amountunpaid amount
    amountlinked amount
    paymentamountused amount
    paymentamountunused amount
    processedbyrevcommit text
    lastmodifieddate datetime !
    """,
    key="transaction, transactionline, accountingbook",
    permission="Find Transaction",
)

_LINK_COLUMNS = """
    previousdoc int ! -> transaction
    previousline int !
    previoustype text !
    nextdoc int ! -> transaction
    nextline int !
    nexttype text !
    foreignamount amount
    linktype text
    lastmodifieddate datetime !
"""

NEXTTRANSACTIONLINELINK = table(
    "nexttransactionlinelink",
    _LINK_COLUMNS,
    key="",
    permission="Find Transaction",
    indexes=("[previousdoc], [nextdoc]", "[nextdoc], [previousdoc]"),
)

PREVIOUSTRANSACTIONLINELINK = table(
    "previoustransactionlinelink",
    _LINK_COLUMNS,
    key="",
    permission="Find Transaction",
    indexes=("[previousdoc], [nextdoc]", "[nextdoc], [previousdoc]"),
)

DELETEDRECORD = table(
    "deletedrecord",
    """
    recordid int !
    recordtypeid int
    type text
    scriptid text
    name text
    deleteddate datetime !
    deletedby int -> employee
    context text
    iscustomrecord text
    iscustomlist text
    iscustomtransaction text
    """,
    key="recordid, scriptid",
    permission="Deleted Records",
    indexes=("[deleteddate__utc], [recordid]",),
)

TRANSACTIONSTATUS = table(
    "transactionstatus",
    """
    id text !
    trantype text !
    name text
    fullname text
    """,
    key="id, trantype",
    permission="Find Transaction",
    display="fullname",
)

REVENUEELEMENT = table(
    "revenueelement",
    """
    id int !
    referenceid text
    revrecstartdate date
    revrecenddate date
    item int -> item
    quantity quantity
    salesamount amount
    currency int -> currency ?multicurrency
    exchangerate rate
    """,
    permission="Revenue Element",
    feature="revrec",
)

TRANSACTION_TABLES: tuple[Table, ...] = (
    TRANSACTION,
    TRANSACTIONLINE,
    TRANSACTIONACCOUNTINGLINE,
    NEXTTRANSACTIONLINELINK,
    PREVIOUSTRANSACTIONLINELINK,
    DELETEDRECORD,
    TRANSACTIONSTATUS,
    REVENUEELEMENT,
)
