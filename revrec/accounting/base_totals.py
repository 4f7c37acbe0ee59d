"""The base total of each contract under the rates of its billing: layers of invoices, and what is ahead of them.

Positions are running totals of the contract, unrounded: in ``units`` of a minor unit each. Up to what is billed they
lie on its layers; what lies ahead carries the period's rate. Each total is the difference of two running totals, so
that rounding settles by itself, and an asset is remeasured by the difference of its two rates alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from revrec.accounting.base_lines import EXACT, BaseLines, ExchangeRates
from revrec.accounting.billing_layers import Layers, OneRate, base_upto, list_layers, one_rate
from revrec.accounting.book import Book, PriorSplits
from revrec.accounting.columns import Column, Mask, sum_by
from revrec.accounting.money import share_columns

ROOM = 4 * 10**12
"""Amounts up to this can be counted in millionths; those of larger contracts in thousandths, or in whole units."""
LARGEST = 10**18
"""The denominator of a rate, times ``units``, stays below."""


@dataclass(frozen=True, eq=False)
class Standing:
    """Cumulative amounts per contract, before and after the close: transaction and base minor units."""

    billed: Column
    billed_before: Column
    recognised: Column
    recognised_before: Column
    base_billed: Column
    base_billed_before: Column
    base_recognised_before: Column
    base_fx_before: Column
    finished: Mask
    excess_e6: Column  # what rounding left out of ``recognised``, millionths of a minor unit


@dataclass(frozen=True, eq=False)
class Totals:
    """Per contract the base amount of its revenue, and the base balance to keep.

    ``own``: all of the movement is ahead of billing, and ``line`` (one a row of the lines) is what each earned.
    ``ahead``: some of it is, and needs the period's rate. ``layer``: the one layer that the movement lies in.
    """

    total: Column
    net: Column
    ahead: Mask
    own: Mask
    line: Column
    layer: OneRate
    units: Column
    recognised_before: Column


@dataclass(frozen=True, eq=False)
class _Positions:
    """Per contract, in ``units``: what is recognised and billed, now and before."""

    units: Column
    now: Column
    before: Column
    billed: Column
    billed_before: Column


def move_totals(
    book: Book,
    s: Standing,
    lines: BaseLines,
    rates: ExchangeRates,
    same_rate: Mask,
    splits: PriorSplits,
    foreign: Mask,
    remeasure: bool,
) -> Totals:
    """``same_rate``: contracts whose rate is that of the period before."""
    layers = list_layers(book, splits, foreign)
    at = _positions(s, lines, layers, rates)
    carried = s.base_recognised_before + s.base_fx_before
    is_ahead, was_ahead = s.recognised > s.billed, s.recognised_before > s.billed_before
    ahead = np.where(is_ahead, np.maximum(at.now - at.billed, 0), 0)
    ahead_before = np.where(was_ahead, np.maximum(at.before - at.billed_before, 0), 0)
    ahead_base = np.where(was_ahead, carried - s.base_billed_before, 0)
    # A credit on revenue already recognised turns that part into revenue ahead of billing, at the credit's own base.
    taken_back = np.minimum(s.recognised_before, s.billed_before) > np.maximum(s.billed, 0)
    covered_before = np.minimum(at.before, at.billed_before)
    uncovered = np.where(taken_back, np.maximum(covered_before - np.maximum(at.billed, 0), 0), 0)
    # What a credit takes below nothing is billed is owed back at its own base too, and is no revenue either.
    below = np.maximum(np.minimum(at.billed_before, 0) - at.billed, 0)
    newly_billed = at.billed - at.billed_before
    ahead_before = ahead_before + uncovered + below
    ahead_base = ahead_base + share_columns(
        s.base_billed_before - s.base_billed, uncovered + below, np.maximum(-newly_billed, 1)
    )
    # Billing catches up with the oldest revenue ahead of it.
    left = np.maximum(ahead_before - np.maximum(newly_billed, 0), 0)
    left_base = share_columns(ahead_base, left, np.maximum(ahead_before, 1))
    worth, left_worth = rates.convert(ahead, at.units), rates.convert(left, at.units)
    # Where the rate stays, the running total goes on from what is booked, so that its rounding settles by itself.
    rounding = sum_by(lines.contract, 1 + at_most(rates, lines), left.size)
    steady = (left == 0) | (same_rate & (np.abs(left_base - left_worth) <= rounding))
    grown = ahead - left
    from_left = np.where(steady, left_base, left_worth)
    fell = share_columns(left_base, grown, np.maximum(left, 1))
    grown_base = np.where((grown > 0) | steady, worth - from_left, fell)
    grown_base = np.where(grown == 0, 0, grown_base)
    # What is billed, layer by layer.
    start, end = np.minimum(at.before, at.billed), np.minimum(at.now, at.billed)
    at_covered = base_upto(layers, end, at.units)
    known = list_layers(book, book.prior.splits, foreign)
    carried_by_layers = carried - (s.base_billed_before - sum_by(known.contract, known.base, left.size))
    nothing_ahead = ~was_ahead & (uncovered == 0)
    covered_base = at_covered - np.where(nothing_ahead, carried_by_layers, base_upto(layers, start, at.units))
    # Where all that moved is ahead of billing, each line has a running total of its own.
    own = is_ahead & (rates.rate > 0) & (newly_billed == 0) & (start == end) & (uncovered == 0)
    own &= was_ahead | (s.recognised_before == 0)
    own &= sum_by(lines.contract, lines.fell.astype(np.int64), left.size) == 0
    line = _earn_ahead(lines, rates, steady, was_ahead)
    grown_base = np.where(own, sum_by(lines.contract, line, left.size), grown_base)
    covered_base = np.where(own, 0, covered_base)
    asset = left_base + grown_base
    if remeasure:
        # The asset that there was, at the new rate; and what was earned at it.
        anew = np.where(grown < 0, worth, left_worth + grown_base)
        asset = np.where((rates.rate > 0) & ~steady, anew, asset)
    in_layers = sum_by(layers.contract, layers.base, left.size)
    return Totals(
        covered_base + grown_base,
        np.where(is_ahead, -asset, in_layers - at_covered),
        grown > 0,
        own,
        line,
        _without(one_rate(layers, start, end, at.units), grown != 0),
        at.units,
        at.before,
    )


def at_most(rates: ExchangeRates, lines: BaseLines) -> Column:
    """Base units that a transaction unit of each line is worth."""
    worth: Column = (rates.rate // rates.scale)[lines.contract]
    return worth


def _positions(s: Standing, lines: BaseLines, layers: Layers, rates: ExchangeRates) -> _Positions:
    largest = np.maximum.reduce(
        [np.abs(x) for x in (s.recognised, s.billed, s.recognised_before, s.billed_before)]
    )
    in_layers = sum_by(layers.contract, layers.amount, largest.size)
    largest = np.maximum(largest, in_layers)
    units = np.where(largest <= ROOM, EXACT, np.where(largest <= ROOM * 1000, 1000, 1))
    units = np.minimum(units, LARGEST // rates.scale)
    excess_before = sum_by(lines.contract, lines.before.excess_e6, largest.size)
    return _Positions(
        units,
        s.recognised * units + share_columns(s.excess_e6, units, EXACT),
        s.recognised_before * units + share_columns(excess_before, units, EXACT),
        s.billed * units,
        s.billed_before * units,
    )


def _earn_ahead(lines: BaseLines, rates: ExchangeRates, steady: Mask, was_ahead: Mask) -> Column:
    """What each line earned at the period's rate, ahead of billing."""
    at = rates.take(lines.contract)
    goes_on = (steady[lines.contract] & lines.booked_at(at)) | ~was_ahead[lines.contract]
    before = np.where(goes_on, lines.base_booked, lines.before.convert(at))
    return np.where(lines.moved, lines.now.convert(at) - before, 0)


def _without(found: OneRate, where: Mask) -> OneRate:
    return replace(found, amount=np.where(where, 0, found.amount))
