"""The tables of lists: who, what, which account, which period, which segment."""

from __future__ import annotations

from sample_data.netsuite.schema import Table, table

_SEGMENT = """
    id int !
    name text !
    fullname text !
    parent int -> {self}
    subsidiary int -> subsidiary ?oneworld
    includechildren text ?oneworld
    isinactive text !
    externalid text
    lastmodifieddate datetime !
"""

LIST_TABLES: tuple[Table, ...] = (
    table(
        "customer",
        """
        id int !
        entityid text !
        companyname text
        altname text
        firstname text
        lastname text
        isperson text !
        isinactive text !
        externalid text
        parent int -> customer
        email text
        phone text
        url text
        comments text
        currency int -> currency ?multicurrency
        terms text
        receivablesaccount int -> account
        defaultbillingaddress int
        defaultshippingaddress int
        lastmodifieddate datetime !
        datecreated datetime !
        firstorderdate date
        """,
        permission="Customers",
        display="altname",
        indexes=("[lastmodifieddate__utc], [id]",),
    ),
    table(
        "customersubsidiaryrelationship",
        """
        id int !
        entity int ! -> customer
        subsidiary int ! -> subsidiary
        isprimarysub text
        """,
        permission="Customers",
        feature="oneworld",
        indexes=("[entity], [subsidiary]",),
    ),
    table(
        "employee",
        """
        id int !
        entityid text !
        firstname text
        lastname text
        email text
        isinactive text !
        """,
        permission="Employees",
        display="entityid",
    ),
    table(
        "item",
        """
        id int !
        itemid text !
        fullname text
        displayname text
        itemtype text !
        subtype text
        description text
        incomeaccount int -> account
        deferralaccount int -> account ?revrec
        deferredrevenueaccount int -> account ?revrec
        expenseaccount int -> account
        assetaccount int -> account
        class int -> classification ?classes
        department int -> department ?departments
        location int -> location ?locations
        subsidiary text ?oneworld
        parent int -> item
        isinactive text !
        externalid text
        lastmodifieddate datetime !
        """,
        permission="Items",
        display="itemid",
    ),
    table(
        "account",
        """
        id int !
        acctnumber text
        acctname text
        fullname text
        accountsearchdisplayname text
        accountsearchdisplaynamecopy text
        displaynamewithhierarchy text
        accttype text !
        sspecacct text
        generalrate text
        cashflowrate text
        parent int -> account
        currency int -> currency ?multicurrency
        subsidiary text ?oneworld
        includechildren text
        isinactive text !
        issummary text !
        eliminate text
        externalid text
        lastmodifieddate datetime !
        """,
        permission="Accounts",
        display="accountsearchdisplayname",
    ),
    table(
        "accountsubsidiarymap",
        """
        account int ! -> account
        subsidiary int ! -> subsidiary
        """,
        key="account, subsidiary",
        permission="Accounts",
        feature="oneworld",
    ),
    table(
        "accountingperiod",
        """
        id int !
        periodname text !
        startdate date !
        enddate date !
        parent int -> accountingperiod
        isposting text !
        isadjust text !
        isquarter text !
        isyear text !
        isinactive text !
        closed text !
        closedondate date
        alllocked text !
        arlocked text !
        aplocked text !
        allownonglchanges text !
        lastmodifieddate datetime !
        """,
        permission="Manage Accounting Periods",
        display="periodname",
    ),
    table(
        "accountingbook",
        """
        id int !
        name text !
        isprimary text !
        """,
        permission="Accounting Book",
        feature="multibook",
        display="name",
    ),
    table(
        "subsidiary",
        """
        id int !
        name text !
        fullname text
        legalname text
        parent int -> subsidiary
        currency int -> currency ?multicurrency
        country text
        state text
        iselimination text !
        isinactive text !
        fiscalcalendar int
        externalid text
        lastmodifieddate datetime !
        """,
        permission="Subsidiaries",
        feature="oneworld",
        display="fullname",
    ),
    table(
        "currency",
        """
        id int !
        symbol text !
        name text !
        exchangerate rate
        currencyprecision int
        displaysymbol text
        isbasecurrency text
        isinactive text !
        """,
        permission="Currency",
        feature="multicurrency",
        display="name",
    ),
    table(
        "currencyrate",
        """
        id int !
        basecurrency int ! -> currency
        transactioncurrency int ! -> currency
        effectivedate date !
        exchangerate rate !
        lastmodifieddate datetime !
        """,
        permission="Currency",
        feature="multicurrency",
        indexes=("[basecurrency], [transactioncurrency], [effectivedate]",),
    ),
    table(
        "department",
        _SEGMENT.format(self="department"),
        permission="Departments",
        feature="departments",
        display="fullname",
    ),
    table(
        "classification",
        _SEGMENT.format(self="classification"),
        permission="Classes",
        feature="classes",
        display="fullname",
    ),
    table(
        "location",
        _SEGMENT.format(self="location"),
        permission="Locations",
        feature="locations",
        display="fullname",
    ),
    table(
        "customsegment",
        """
        internalid int !
        scriptid text !
        name text !
        recordtype int ! -> customrecordtype
        glimpact text !
        isinactive text !
        """,
        key="internalid",
        permission="Custom Segments",
    ),
    table(
        "customrecordtype",
        """
        internalid int !
        scriptid text !
        name text !
        isinactive text !
        """,
        key="internalid",
        permission="Custom Segments",
        display="name",
    ),
    table(
        "customrecord_cseg_region",
        """
        id int !
        recordid int !
        name text !
        scriptid text
        externalid text
        parent int -> customrecord_cseg_region
        isinactive text !
        lastmodified datetime !
        """,
        permission="Custom Segments",
        feature="cseg_region",
        display="name",
    ),
    table(
        "customlist_channel",
        """
        id int !
        recordid int !
        name text !
        scriptid text
        externalid text
        isinactive text !
        """,
        feature="custcol_channel",
        display="name",
    ),
    table(
        "approvalstatus",
        """
        id int !
        name text !
        """,
        display="name",
    ),
    table("dual", "dummy text !", key="dummy"),
)
