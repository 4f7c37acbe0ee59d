"""The invoices flow, from NetSuite's documents to a published run and its job file.

run         what happens, in order        plan       window, policies, conversion or not
reading     children on the account's     shape      NetSuite's lines as they are staged
            queue, one request in flight  customers  matching by name
reference   customers, items, accounts,   reconcile  control totals, opened groups, holds
            periods, rates, segments      publish    the flip, or awaiting load
workbook    the job file                 sweeping   all documents compared, without their lines
leaving     documents dated too early    vanished   many documents gone are asked about
"""
