"""The stages of each kind of job, in the order in which they come, by the words that `progress` says.

A run may leave some out: what does not differ is not opened, and a run that reads everything needs no sweep.
"""

STAGES: dict[str, tuple[str, ...]] = {
    "orders": ("customers", "orders"),
    "invoices": (
        "reference data",
        "documents",
        "sweep",
        "reading again",
        "matching customers",
        "reconciling",
        "control totals",
        "opening groups that differ",
        "loading",
        "job file",
    ),
    "reference": ("reference data",),
    "load": ("loading",),
    "check_file": ("reading the file", "comparing with what the job wrote"),
    "close": ("opening balances", "computing", "writing the ledger"),
    "post": ("posting",),
    "gl_balances": ("reading balances",),
}
