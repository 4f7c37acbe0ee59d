"""FROM: tables, sub-selects and joins, and what their equalities imply."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from sample_data.netsuite import expressions
from sample_data.netsuite.dialect import refuse_unless
from sample_data.netsuite.kinds import INTEGER
from sample_data.netsuite.problems import invalid_search_type, record_not_found, unsupported_search
from sample_data.netsuite.schema import Column, Table
from sample_data.netsuite.scope import Context, Field, Scope, Source, Typed, quote
from sample_data.netsuite.uniqueness import FieldName, Implication


def compile_from(node: exp.Select, scope: Scope) -> tuple[str, list[Implication]]:
    """The FROM clause. Its sources are added to the scope; implications come from the equalities of inner joins."""
    origin = node.args.get("from_")
    if origin is None:
        raise unsupported_search()
    implied: list[Implication] = []
    joins = node.args.get("joins") or []
    # SQL-92's JOIN or Oracle's comma: one query is written in one of the two.
    commas = [join for join in joins if not join.side and not join.kind and join.args.get("on") is None]
    refuse_unless(len(commas) in (0, len(joins)))
    parts = [_source(origin.this, scope)]
    for join in joins:
        refuse_unless(not join.args.get("using") and not join.args.get("method"))
        side, kind = join.side.upper(), join.kind.upper()
        refuse_unless(side in {"", "LEFT", "RIGHT", "FULL"} and kind in {"", "INNER", "OUTER", "CROSS"})
        before = {source.alias for source in scope.sources}
        sql = _source(join.this, scope)
        on = join.args.get("on")
        refuse_unless(on is not None or (not side and kind in {"", "CROSS"}))
        clause = f" ON {expressions.condition(on, scope)}" if on is not None else ""
        parts.append(f"{side + ' ' if side else ''}JOIN {sql}{clause}")
        if on is not None:
            found = implications(on, scope)
            if side == "LEFT":  # the left row determines the right one, not the other way round
                found = [each for each in found if each[0] is not None and each[1][0] not in before]
            elif side:
                found = []
            implied.extend(found)
    return " ".join(parts), implied


def implications(node: exp.Expr, scope: Scope) -> list[Implication]:
    """What the equalities of a condition determine, from those that always hold (joined by AND)."""
    found: list[Implication] = []
    conjuncts = list(node.flatten()) if isinstance(node, exp.And) else [node.unnest()]
    for part in conjuncts:
        if isinstance(part, exp.And):
            found.extend(implications(part, scope))
        elif isinstance(part, exp.EQ):
            left, right = _field(part.this, scope), _field(part.expression, scope)
            if left and right:
                found.extend([(left, right), (right, left)])
            elif left and isinstance(part.expression, exp.Literal):
                found.append((None, left))
            elif right and isinstance(part.this, exp.Literal):
                found.append((None, right))
    return found


def _field(node: exp.Expr, scope: Scope) -> FieldName | None:
    if not isinstance(node, exp.Column):
        return None
    typed = expressions.value(node, scope)
    if typed.alias is None or typed.field is None or all(typed.alias != each.alias for each in scope.sources):
        return None
    return typed.alias, typed.field


def _source(node: exp.Expr, scope: Scope) -> str:
    if isinstance(node, exp.Subquery):
        return _derived(node, scope)
    refuse_unless(isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier))
    refuse_unless(
        not any(node.args.get(key) for key in ("db", "catalog", "joins", "laterals", "pivots", "sample"))
    )
    name = node.name.lower()
    view = scope.context.view
    if not view.knows(name):
        raise invalid_search_type(node.name)
    found = view.table(name)
    if found is None:
        raise record_not_found(node.name)
    alias = (node.alias or name).lower()
    scope.add(table_source(found, alias, scope))
    return f"{view.rows(found)} AS [{alias}]"


def table_source(of: Table, alias: str, scope: Scope) -> Source:
    """A table as a source, with the columns that this account has."""
    fields: dict[str, Field] = {}
    for column in scope.context.view.columns(of):
        fields[column.name] = Field(
            column.name,
            Typed(
                _shown(of, column, alias, scope.context),
                column.kind,
                column=column,
                alias=alias,
                field=column.name,
                table=of.name,
                type_sql=f"[{alias}].[type]" if "type" in of.by_name else None,
                utc=f"[{alias}].[{column.utc_name}]" if column.has_utc_twin else None,
            ),
        )
    return Source(alias, of.name, fields, [frozenset(key) for key in of.keys])


def _shown(of: Table, column: Column, alias: str, context: Context) -> str:
    """A column as this account shows it: where nothing is doubtful, as it is stored."""
    sql = f"[{alias}].[{column.name}]"
    if column.has_utc_twin and context.now.stamps_zone:
        return f"ns_in_zone([{alias}].[{column.utc_name}], {quote(context.now.stamps_zone)})"
    turned = of.name == "transaction" and column.name in ("foreigntotal", "total")
    if turned and context.doubts.credit_total == "positive":
        return f"(CASE WHEN [{alias}].[type] = 'CustCred' THEN -{sql} ELSE {sql} END)"
    return sql


def _derived(node: exp.Subquery, scope: Scope) -> str:
    aliases = [item.args["alias"] for item in node.this.find_all(exp.Alias)]
    # A quoted alias is another name to Oracle than the unquoted one that the outer query uses.
    refuse_unless(not any(alias.args.get("quoted") for alias in aliases))
    inner = scope.context.select(node.this, scope.parent, scope.context)
    alias = (node.alias or f"sub{len(scope.sources)}__").lower()
    fields = {
        each.name: Field(
            each.name,
            Typed(
                f"[{alias}].[{each.name}]",
                each.typed.kind,
                alias=alias,
                field=each.name,
                utc=None,
            ),
        )
        for each in inner.fields
    }
    scope.add(Source(alias, alias, fields, inner.keys()))
    return f"({inner.sql}) AS [{alias}]"


def cut_to_rownum(from_sql: str, where_sql: str, limit: int, scope: Scope) -> str:
    """FROM reduced to its first rows, before any grouping or ordering; the scope's fields are moved onto it."""
    columns: list[str] = []
    for source in scope.sources:
        for name, each in list(source.fields.items()):
            moved = f"{source.alias}.{name}"
            columns.append(f"{each.typed.sql} AS [{moved}]")
            typed = replace(each.typed, sql=f"[rows__].[{moved}]")
            if each.typed.utc:
                columns.append(f"{each.typed.utc} AS [{moved}__utc]")
                typed = replace(typed, utc=f"[rows__].[{moved}__utc]")
            if typed.type_sql:
                typed = replace(typed, type_sql=f"[rows__].[{source.alias}.type]")
            source.fields[name] = Field(name, typed)
    columns.append("1 AS [one__]")
    return f"(SELECT {', '.join(columns)} FROM {from_sql}{where_sql} LIMIT {limit}) AS [rows__]"


def rownum_limit(where: exp.Expr | None) -> tuple[exp.Expr | None, int | None]:
    """Take ``ROWNUM`` comparisons out of WHERE: what is left, and how many rows they let through.

    ROWNUM counts rows as they are let through, so ``ROWNUM > 1`` and ``ROWNUM = 2`` never see a first row.
    """
    if where is None:
        return None, None
    conjuncts = list(where.flatten()) if isinstance(where, exp.And) else [where]
    rest: list[exp.Expr] = []
    limit: int | None = None
    for part in conjuncts:
        allowed = _rows_allowed(part)
        if allowed is None:
            rest.append(part)
        elif allowed >= 0:
            limit = allowed if limit is None else min(limit, allowed)
    remaining = exp.and_(*(each.copy() for each in rest), copy=False) if rest else None
    return remaining, limit


def _rows_allowed(node: exp.Expr) -> int | None:
    """None: not about ROWNUM. -1: lets all rows through."""
    node = node.unnest()
    if isinstance(node, exp.Between) and _is_rownum(node.this):
        low, high = _integer(node.args["low"]), _integer(node.args["high"])
        return max(high, 0) if low <= 1 else 0
    flipped = {exp.LT: exp.GT, exp.LTE: exp.GTE, exp.GT: exp.LT, exp.GTE: exp.LTE, exp.EQ: exp.EQ}
    kind = type(node)
    if kind not in flipped:
        return None
    if _is_rownum(node.this):
        bound = _integer(node.expression)
    elif _is_rownum(node.expression):
        bound, kind = _integer(node.this), flipped[kind]
    else:
        return None
    if kind is exp.LTE:
        return max(bound, 0)
    if kind is exp.LT:
        return max(bound - 1, 0)
    if kind is exp.EQ:
        return 1 if bound == 1 else 0
    return -1 if bound <= (1 if kind is exp.GTE else 0) else 0


def _is_rownum(node: exp.Expr) -> bool:
    return isinstance(node, exp.Column) and node.name.lower() == "rownum" and not node.table


def _integer(node: exp.Expr) -> int:
    negative = isinstance(node, exp.Neg)
    inner = node.this if negative else node
    refuse_unless(isinstance(inner, exp.Literal) and inner.name.isdigit())
    return -int(inner.name) if negative else int(inner.name)


ROWNUM = Typed("ROW_NUMBER() OVER ()", INTEGER)
