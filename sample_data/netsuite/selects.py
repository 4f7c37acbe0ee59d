"""SELECT and UNION of SuiteQL, as SQL for SQLite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlglot import exp

from sample_data.netsuite import expressions
from sample_data.netsuite.dialect import refuse_unless
from sample_data.netsuite.grouping import check_grouped, grouping_sets, is_grouped
from sample_data.netsuite.numbers import rescale
from sample_data.netsuite.scope import Context, Field, Scope, Typed
from sample_data.netsuite.sources import ROWNUM, compile_from, cut_to_rownum, implications, rownum_limit
from sample_data.netsuite.uniqueness import FieldName, Implication, determines_rows, keys_of_projection

_KNOWN_CLAUSES = {
    "expressions",
    "from_",
    "joins",
    "where",
    "group",
    "having",
    "order",
    "limit",
    "distinct",
    "offset",
}


@dataclass(frozen=True)
class Select:
    """A compiled query: its rows without order, how to count and to order them, and its fields.

    ``order`` is the ORDER BY clause (or empty); ``fixes_order`` says that no two rows tie in it; a ``limited`` body
    ends in its own LIMIT, so that nothing may be put behind it.
    """

    body: str
    count: str
    order: str
    fixes_order: bool
    fields: list[Field]
    keys: Callable[[], list[frozenset[str]]]
    limited: bool = False

    @property
    def sql(self) -> str:
        """The query as a sub-select."""
        return f"{self.body}{self.order}"


def compile_statement(node: exp.Expr, parent: Scope | None, context: Context) -> Select:
    """A SELECT, a UNION, or either in parentheses."""
    if isinstance(node, exp.Subquery):
        refuse_unless(not node.alias)
        return compile_statement(node.this, parent, context)
    if isinstance(node, exp.Union):
        return _union(node, parent, context)
    refuse_unless(isinstance(node, exp.Select))
    assert isinstance(node, exp.Select)
    return _select(node, parent, context)


def _select(node: exp.Select, parent: Scope | None, context: Context) -> Select:
    used = {key for key, given in node.args.items() if given}
    refuse_unless(used <= _KNOWN_CLAUSES)
    distinct = node.args.get("distinct") is not None
    refuse_unless(not distinct or node.args["distinct"].args.get("on") is None)
    scope = Scope(context, parent=parent)
    from_sql, implied = compile_from(node, scope)
    where_node = node.args["where"].this if node.args.get("where") else None
    where_node, rownum = rownum_limit(where_node)
    where = f" WHERE {expressions.condition(where_node, scope)}" if where_node is not None else ""
    if where_node is not None:
        implied.extend(implications(where_node, scope))
    order_node = node.args.get("order")
    grouped = is_grouped(node)
    tail = ""
    if rownum is not None:
        if order_node is not None or grouped or distinct:
            from_sql, where = cut_to_rownum(from_sql, where, rownum, scope), ""
        else:
            tail = f" LIMIT {rownum}"
    scope.rownum_sql = ROWNUM.sql
    bodies: list[str] = []
    fields: list[Field] = []
    group_sqls: list[str] = []
    for kept, nulled in grouping_sets(node, scope):
        inner = replace(scope, nulled=nulled)
        fields = _projection(node, inner, kept if grouped else None, nulled)
        group_sqls = kept
        by = f" GROUP BY {', '.join(kept)}" if kept else ""
        having = node.args.get("having")
        if having is not None:
            refuse_unless(grouped)
            check_grouped(having.this, inner, kept)
            by += f" HAVING {expressions.condition(having.this, inner)}"
        listed = ", ".join(f"{each.typed.sql} AS [{each.name}]" for each in fields)
        bodies.append(f"SELECT {'DISTINCT ' if distinct else ''}{listed} FROM {from_sql}{where}{by}{tail}")
    body = " UNION ALL ".join(bodies)
    rolled_up = len(bodies) > 1
    simple = not (grouped or distinct or tail)
    count = f"SELECT COUNT(*) FROM {from_sql}{where}" if simple else f"SELECT COUNT(*) FROM ({body})"
    if rolled_up:
        body = f"SELECT * FROM ({body})"
    by_output = rolled_up or distinct
    terms = _order_terms(order_node, scope, fields, grouped, node, group_sqls, by_output)
    ordered_by = [sql for sql, _ in terms]
    order = f" ORDER BY {', '.join(ordered_by)}" if terms else ""
    given: set[FieldName] = {
        (t.alias, t.field) for _, t in terms if t.alias is not None and t.field is not None
    }
    if grouped:
        named = {typed.sql for _, typed in terms}
        fixes = not rolled_up and set(group_sqls) <= named
    elif distinct:
        fixes = {each.typed.sql for each in fields} <= {typed.sql for _, typed in terms}
    else:
        fixes = determines_rows(given, scope.sources, implied)
    compiled = Select(
        body, count, order, fixes, fields, lambda: _keys(fields, scope, implied, node, group_sqls), bool(tail)
    )
    return _limited(compiled, node.args.get("limit"))


def _keys(
    fields: list[Field], scope: Scope, implied: list[Implication], node: exp.Select, group_sqls: list[str]
) -> list[frozenset[str]]:
    if node.args.get("distinct") is not None:
        return [frozenset(each.name for each in fields)]
    if is_grouped(node):
        by_sql = {each.typed.sql: each.name for each in fields}
        return (
            [frozenset(by_sql[sql] for sql in group_sqls)] if all(sql in by_sql for sql in group_sqls) else []
        )
    return keys_of_projection(fields, scope.sources, implied)


def _projection(
    node: exp.Select, scope: Scope, kept: list[str] | None, nulled: frozenset[str]
) -> list[Field]:
    fields: list[Field] = []
    unnamed = 0
    for item in node.expressions:
        star = _star(item)
        if star is not None:
            refuse_unless(kept is None)
            sources = [each for each in scope.sources if star in ("", each.alias)]
            refuse_unless(bool(sources))
            fields.extend(each for source in sources for each in source.fields.values())
            continue
        inner = item.this if isinstance(item, exp.Alias) else item
        typed = expressions.value(inner, scope)
        if kept is not None:
            check_grouped(inner, scope, [*kept, *nulled])
        if isinstance(item, exp.Alias):
            name = item.alias.lower()
        elif isinstance(inner, exp.Column):
            name = inner.name.lower()
        else:
            unnamed += 1
            name = f"expr{unnamed}"
        refuse_unless("]" not in name and bool(name))
        fields.append(Field(name, typed))
    names = [each.name for each in fields]
    refuse_unless(len(names) == len(set(names)))
    return fields


def _star(item: exp.Expr) -> str | None:
    """The alias before ``.*``; empty for a bare ``*``; None for anything else."""
    if isinstance(item, exp.Star):
        return ""
    if isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
        return item.table.lower()
    return None


def _order_terms(
    order: exp.Expr | None,
    scope: Scope,
    fields: list[Field],
    grouped: bool,
    node: exp.Select,
    group_sqls: list[str],
    by_output: bool,
) -> list[tuple[str, Typed]]:
    if order is None:
        return []
    aliased = {item.alias.lower(): item.this for item in node.expressions if isinstance(item, exp.Alias)}
    by_name = {each.name: each for each in fields}
    terms: list[tuple[str, Typed]] = []
    for term in order.expressions:
        inner = term.this
        name = inner.name.lower() if isinstance(inner, exp.Column) and not inner.table else None
        if isinstance(inner, exp.Literal) and not inner.is_string:
            place = int(inner.name) if inner.name.isdigit() else 0
            refuse_unless(1 <= place <= len(fields))
            found = fields[place - 1].typed
        elif name is not None and name in aliased:
            # Seen live: an alias of something computed cannot be ordered by together with GROUP BY.
            refuse_unless(not grouped or isinstance(aliased[name], exp.Column))
            found = by_name[name].typed
        else:
            found = expressions.value(inner, scope)
            if grouped:
                check_grouped(inner, scope, group_sqls)
        sql = found.sort or found.sql
        if by_output:
            names = [each.name for each in fields if each.typed.sql == found.sql]
            refuse_unless(bool(names))
            sql = f"[{names[0]}]"
        terms.append((f"{sql} {direction(term, found)}", found))
    return terms


def direction(term: exp.Expr, found: Typed) -> str:
    """ASC or DESC with Oracle's nulls (last when ascending); left to SQLite where
    none can be, so that indexes serve."""
    descending = bool(term.args.get("desc"))
    if found.column is not None and found.column.never_null:
        return "DESC" if descending else "ASC"
    nulls_first = term.args.get("nulls_first")
    if nulls_first is None:
        nulls_first = descending
    return f"{'DESC' if descending else 'ASC'} NULLS {'FIRST' if nulls_first else 'LAST'}"


def _limited(compiled: Select, limit: exp.Expr | None) -> Select:
    """TOP n and FETCH FIRST n ROWS ONLY, after ordering. (OFFSET n is ignored, as NetSuite ignores it.)"""
    if limit is None:
        return compiled
    amount = limit.args.get("count") if isinstance(limit, exp.Fetch) else limit.expression
    options = limit.args.get("limit_options")
    refuse_unless(options is None or not (options.args.get("percent") or options.args.get("with_ties")))
    refuse_unless(isinstance(amount, exp.Literal) and amount.name.isdigit())
    assert amount is not None
    chosen = f"{compiled.body}{compiled.order} LIMIT {amount.name}"
    # The chosen rows keep their places: numbered inside, ordered by that number outside.
    names = ", ".join(f"[{each.name}]" for each in compiled.fields)
    numbered = f"SELECT {names}, ROW_NUMBER() OVER () AS [place__] FROM ({chosen})"
    return Select(
        body=f"SELECT {names} FROM ({numbered})",
        count=f"SELECT COUNT(*) FROM ({chosen})",
        order=" ORDER BY [place__]" if compiled.order else "",
        fixes_order=bool(compiled.order),
        fields=[Field(each.name, Typed(f"[{each.name}]", each.typed.kind)) for each in compiled.fields],
        keys=compiled.keys,
    )


def _union(node: exp.Union, parent: Scope | None, context: Context) -> Select:
    used = {key for key, given in node.args.items() if given}
    refuse_unless(used <= {"this", "expression", "distinct", "order", "limit", "offset"})
    left = compile_statement(node.this, parent, context)
    right = compile_statement(node.expression, parent, context)
    refuse_unless(len(left.fields) == len(right.fields) and not left.order and not right.order)
    fields: list[Field] = []
    for mine, other in zip(left.fields, right.fields, strict=True):
        kind = expressions.kind_of([mine.typed.kind, other.typed.kind])
        fields.append(Field(mine.name, Typed(f"[{mine.name}]", kind)))
    word = "UNION" if node.args.get("distinct") else "UNION ALL"
    body = f"{_as_kinds(left, fields)} {word} {_as_kinds(right, fields)}"
    terms: list[str] = []
    for term in node.args["order"].expressions if node.args.get("order") else []:
        name = term.this.name.lower()
        if name.isdigit() and 1 <= int(name) <= len(fields):
            name = fields[int(name) - 1].name
        refuse_unless(any(each.name == name for each in fields))
        terms.append(f"[{name}] {direction(term, Typed(name, fields[0].typed.kind))}")
    order = f" ORDER BY {', '.join(terms)}" if terms else ""
    fixes = word == "UNION" and len(terms) == len(fields)
    compiled = Select(f"SELECT * FROM ({body})", f"SELECT COUNT(*) FROM ({body})", order, fixes, fields, list)
    return _limited(compiled, node.args.get("limit"))


def _as_kinds(side: Select, fields: list[Field]) -> str:
    columns = [
        f"{rescale(Typed(f'[{mine.name}]', mine.typed.kind), target.typed.kind.scale).sql} AS [{target.name}]"
        if target.typed.kind.name == "number"
        else f"[{mine.name}] AS [{target.name}]"
        for mine, target in zip(side.fields, fields, strict=True)
    ]
    return f"SELECT {', '.join(columns)} FROM ({side.body})"
