"""Which billing a credit memo frees: that of the invoice it was created from, of the order it names, or the newest."""

from __future__ import annotations

import numpy as np

from revrec.accounting.columns import NONE, Column, filled, group_rows, rows_where, sort_rows, sum_by
from revrec.accounting.intervals import pour
from revrec.accounting.placing import Placing


def free_credited(placing: Placing) -> bool:
    """Negative lines: free the invoice they were created from; else the order they name; else newest first.

    True where there was a credit, so that other billing may find room.
    """
    lines = placing.lines
    if not (placing.open < 0).any():
        return False
    for by_product in (True, False):
        _free(placing, rows_where((placing.open < 0) & (lines.created_from != NONE)), True, by_product)
    placing.put_rows(rows_where((placing.open < 0) & (placing.named_obligation != NONE)))
    placing.put_whole_contract(rows_where((placing.open < 0) & (placing.named_contract != NONE)))
    for by_product in (True, False):
        _free(placing, rows_where((placing.open < 0) & (lines.order == NONE)), False, by_product)
    return True


def _free(placing: Placing, rows: Column, from_invoice: bool, by_product: bool) -> None:
    """Pour credits into what their invoice (or the customer's newest invoices) bills net of earlier credits."""
    if not rows.size:
        return
    lines = placing.lines
    line, contract, obligation, amount = placing.joined()
    if from_invoice:
        unassigned = rows_where(placing.open > 0)
        line = np.concatenate((unassigned, line))
        contract = np.concatenate((filled(unassigned.size, NONE), contract))
        obligation = np.concatenate((filled(unassigned.size, NONE), obligation))
        amount = np.concatenate((placing.open[unassigned], amount))
    own = lines.document[line]
    origin = np.where((amount < 0) & (lines.created_from[line] != NONE), lines.created_from[line], own)
    # What was billed before the first period may be credited as well; it is the oldest.
    opened, opened_contract, opened_obligation = placing.opened
    if not from_invoice:
        stood = opened_contract != NONE
        opened = opened.take(stood)
        opened_contract, opened_obligation = opened_contract[stood], opened_obligation[stood]
    origin = np.concatenate((origin, opened.document))
    product = np.concatenate((lines.product[line], opened.product))
    party: dict[str, Column] = {
        name: np.concatenate((getattr(lines, name)[line], getattr(opened, name)))
        for name in ("customer", "subsidiary", "currency")
    }
    line = np.concatenate((line, filled(len(opened), NONE)))
    contract = np.concatenate((contract, opened_contract))
    obligation = np.concatenate((obligation, opened_obligation))
    amount = np.concatenate((amount, opened.amount))
    group, first = group_rows(origin, product, *placing.places(contract, obligation))
    net = sum_by(group, amount, first.size)
    order = np.arange(first.size, dtype=np.int64)
    if not from_invoice:
        # Newest first: the groups of the latest document lead.
        latest = filled(first.size, NONE)
        np.maximum.at(latest, group, line)
        order = sort_rows(-latest, -origin[first])
    head = first[order]
    room = np.maximum(net, 0)[order]
    if not from_invoice:
        # Earlier credits that name no invoice have taken the newest billing of their contract already.
        taken = pour(
            np.maximum(-net, 0),
            (contract[first], obligation[first]),
            room,
            (contract[head], obligation[head]),
        )
        room -= sum_by(taken.supply, taken.amount, room.size)
    if from_invoice:
        wanted: list[Column] = [lines.created_from[rows]]
        offered: list[Column] = [origin[head]]
    else:
        wanted = [np.asarray(getattr(lines, name)[rows]) for name in ("customer", "subsidiary", "currency")]
        offered = [party[name][head] for name in ("customer", "subsidiary", "currency")]
    wanted += [lines.currency[rows], lines.subsidiary[rows]]
    offered += [party["currency"][head], party["subsidiary"][head]]
    if by_product:
        wanted.append(lines.product[rows])
        offered.append(product[head])
    match = pour(-placing.open[rows], tuple(wanted), room, tuple(offered))
    at = head[match.supply]
    assigned = contract[at] != NONE
    # What was never assigned stays unassigned, on both sides: the credit is unassigned billing as well.
    placing.put(
        rows[match.demand][assigned],
        contract[at][assigned],
        obligation[at][assigned],
        -match.amount[assigned],
    )
    _set_aside(placing, rows[match.demand][~assigned], match.amount[~assigned], line[at][~assigned])


def _set_aside(placing: Placing, credit: Column, amount: Column, invoice: Column) -> None:
    """A credit of unassigned billing: both stay unassigned, and neither is placed any more in this close. Billing
    of before the first period (no row in ``invoice``) is where it is."""
    placing.put(credit, filled(credit.size, NONE), filled(credit.size, NONE), -amount)
    here = invoice != NONE
    none = filled(int(here.sum()), NONE)
    placing.put(invoice[here], none, none, amount[here])
