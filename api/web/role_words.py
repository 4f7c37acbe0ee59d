"""What accountants call the roles of the ledger."""

from types import MappingProxyType

ROLE_WORDS = MappingProxyType(
    {
        "revenue": "Revenue",
        "contract_liability": "Deferred revenue",
        "contract_asset": "Contract asset",
        "unbilled_receivable": "Unbilled receivable",
        "fx_adjustment": "Exchange adjustment",
        "clearing": "Clearing",
    }
)
"""Role -> its name on pages: `contract_liability` is the deferred revenue account."""
