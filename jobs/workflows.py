"""Every workflow, registered by being imported. A worker imports this before it takes work."""

from jobs.closing.general_ledger import gl_balances
from jobs.closing.reopen import reopen
from jobs.closing.run import close
from jobs.imports.check_file import check_file
from jobs.invoices.load import load
from jobs.invoices.refresh import refresh_reference
from jobs.invoices.run import invoices
from jobs.orders.run import orders
from jobs.posting.cross_check import cross_check
from jobs.posting.run import post

KINDS = {
    "orders": orders,
    "invoices": invoices,
    "reference": refresh_reference,
    "load": load,
    "check_file": check_file,
    "close": close,
    "reopen": reopen,
    "post": post,
    "cross_check": cross_check,
    "gl_balances": gl_balances,
}
"""The workflow of each kind of job, by the kind's name, which is also the workflow's."""
