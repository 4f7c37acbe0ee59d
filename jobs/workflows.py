"""Every workflow, registered by being imported. A worker imports this before it takes work."""

from jobs.closing import reopen as _reopen
from jobs.closing import run as _close
from jobs.invoices import load as _load
from jobs.invoices import run as _invoices
from jobs.orders import run as _orders
from jobs.posting import run as _post

KINDS = {
    "orders": _orders.orders,
    "invoices": _invoices.invoices,
    "load": _load.load,
    "close": _close.close,
    "reopen": _reopen.reopen,
    "post": _post.post,
}
"""The workflow of each kind of job, by the kind's name, which is also the workflow's."""
