"""The Product tab: the NetSuite items on the documents of a run."""

from collections.abc import Iterable, Iterator

from reconciliation.rows import ProductUsed
from reconciliation.tab_sheet import Cell


def product_rows(products: Iterable[ProductUsed]) -> Iterator[tuple[Cell, ...]]:
    """A row for each product, in the given order."""
    for product in products:
        yield (
            str(product.netsuite_item_id),
            product.product,
            product.description,
            product.item_type,
            product.category,
            product.income_account,
            product.deferred_account,
            "yes" if product.is_excluded else "no",
            "yes" if product.is_active else "no",
            product.lines,
        )
