"""What a part of a difference can be."""

EXPLAINING = ("pending", "held", "excluded", "late", "unposted", "awaiting_approval")
"""Parts that explain a difference: they wait, or a later period books them."""

NAMING = ("opening", "documents", "unlike", "foreign", "changed")
"""Parts that name what is wrong: the opening moved; documents are not what was read here; one is not what the ledger
holds of it; a transaction that is none of ours; a journal of ours that NetSuite holds otherwise."""
