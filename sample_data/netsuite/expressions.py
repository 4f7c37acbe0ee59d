"""Values and conditions of SuiteQL, as SQL for SQLite.

Only the node types named here are accepted; everything else is refused as NetSuite refuses it. Oracle has no boolean
values, so values and conditions are two different things. Oracle takes an empty text for NULL, compares nothing of
mixed types (Oracle's help advises against what implicit conversion does there), and joins texts with ``||`` only.
"""

from __future__ import annotations

from decimal import Decimal

from sqlglot import exp

from sample_data.netsuite import calls
from sample_data.netsuite.dialect import refuse_unless
from sample_data.netsuite.kinds import DATE, INTEGER, NULL, REAL, SECONDS_A_DAY, TEXT, Kind
from sample_data.netsuite.numbers import align, as_text, number_literal, unify
from sample_data.netsuite.problems import QueryRefused, unsupported_search
from sample_data.netsuite.scope import Scope, Typed, quote

_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
}
_CASTS = {"VARCHAR": TEXT, "CHAR": TEXT, "NVARCHAR": TEXT}
MAX_IN_VALUES = 1_000


def value(node: exp.Expr, scope: Scope) -> Typed:
    """The SQL of a value."""
    found = _value(node, scope)
    return Typed("NULL", found.kind) if found.sql in scope.nulled else found


def _value(node: exp.Expr, scope: Scope) -> Typed:
    match node:
        case exp.Literal():
            return _literal(node)
        case exp.Null():
            return Typed("NULL", NULL)
        case exp.Paren():
            inner = value(node.this, scope)
            return inner if inner.literal is not None else Typed(f"({inner.sql})", inner.kind, utc=inner.utc)
        case exp.Column():
            return _column(node, scope)
        case exp.Neg():
            return _negated(value(node.this, scope))
        case exp.Add() | exp.Sub():
            return _sum(node, scope)
        case exp.Mul() | exp.Div():
            return _product(node, scope)
        case exp.DPipe():
            return _concatenation(node, scope)
        case exp.Case():
            return _case(node, scope)
        case exp.Cast():
            return _cast(node, scope)
        case exp.Extract():
            return calls.extract(node.name, value(node.expression, scope))
        case exp.Trim():
            return _trim(node, scope)
        case exp.Subquery():
            return _scalar_subquery(node, scope)
        case exp.Window():
            return _window(node, scope)
        case exp.Dot():
            return _builtin(node, scope)
        case exp.Anonymous():
            return _call(node, scope)
    raise unsupported_search()


def _literal(node: exp.Literal) -> Typed:
    if node.is_string:
        return Typed(quote(node.this), TEXT, literal=node.this) if node.this else Typed("NULL", NULL)
    return number_literal(Decimal(node.this))


def _column(node: exp.Column, scope: Scope) -> Typed:
    refuse_unless(not node.args.get("join_mark") and node.args.get("db") is None)
    refuse_unless(isinstance(node.this, exp.Identifier))
    name, qualifier = node.name.lower(), node.table.lower() or None
    if qualifier is None:
        if name == "rownum":
            refuse_unless(scope.rownum_sql is not None)
            return Typed(scope.rownum_sql or "", INTEGER)
        if name in {"sysdate", "systimestamp"}:
            return Typed(str(scope.context.now.server), DATE)
        if name in {"current_date", "current_timestamp", "localtimestamp"}:
            return Typed(str(scope.context.now.session), DATE)
    return scope.find(name, qualifier)


def _negated(inner: Typed) -> Typed:
    inner = as_number(inner)
    if inner.literal is not None:
        return number_literal(-Decimal(inner.literal))
    return Typed(f"(-{inner.sql})", inner.kind)


def as_number(inner: Typed) -> Typed:
    """The value as a number; a text is converted as Oracle would, and one that is none fails."""
    if inner.kind.name in {"number", "null"}:
        return inner
    refuse_unless(inner.kind == TEXT)
    return calls.to_number(inner)


def _sum(node: exp.Expr, scope: Scope) -> Typed:
    left, right = value(node.this, scope), value(node.expression, scope)
    sign = "+" if isinstance(node, exp.Add) else "-"
    if left.kind == DATE and right.kind == DATE:
        refuse_unless(sign == "-")
        return Typed(f"(({left.sql} - {right.sql}) / {SECONDS_A_DAY}.0)", REAL)
    if right.kind == DATE:
        refuse_unless(sign == "+")
        left, right = right, left
    if left.kind == DATE:
        return Typed(f"({left.sql} {sign} {_days(as_number(right))})", DATE)
    refuse_unless(TEXT not in (left.kind, right.kind) or sign != "+")
    left, right = align(as_number(left), as_number(right))
    return Typed(f"({left.sql} {sign} {right.sql})", right.kind if left.kind == NULL else left.kind)


def _days(number: Typed) -> str:
    if number.kind == INTEGER:
        return f"{number.sql} * {SECONDS_A_DAY}"
    real = calls.as_real(number)
    return f"CAST(ROUND({real.sql} * {SECONDS_A_DAY}) AS INTEGER)"


def _product(node: exp.Expr, scope: Scope) -> Typed:
    left, right = as_number(value(node.this, scope)), as_number(value(node.expression, scope))
    if isinstance(node, exp.Mul):
        for one, other in ((left, right), (right, left)):
            if other.kind == INTEGER and one.kind.is_exact:
                return Typed(f"({one.sql} * {other.sql})", one.kind)
        return Typed(f"({calls.as_real(left).sql} * {calls.as_real(right).sql})", REAL)
    over, under = calls.as_real(left).sql, calls.as_real(right).sql
    if right.literal is not None and Decimal(right.literal) != 0:
        return Typed(f"({over} / {under})", REAL)  # the usual case, without a call for every row
    return Typed(f"ns_divide({over}, {under})", REAL)


def _concatenation(node: exp.Expr, scope: Scope) -> Typed:
    parts = [as_text(value(part, scope), scope.context.now.user_date_format) for part in _flat(node)]
    joined = " || ".join(f"COALESCE({part.sql}, '')" for part in parts)
    return Typed(f"NULLIF({joined}, '')", TEXT)


def _flat(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.DPipe):
        return [*_flat(node.this), *_flat(node.expression)]
    return [node]


def _case(node: exp.Case, scope: Scope) -> Typed:
    subject = value(node.this, scope) if node.this is not None else None
    conditions: list[str] = []
    results: list[Typed] = []
    for branch in node.args["ifs"]:
        if subject is None:
            conditions.append(condition(branch.this, scope))
        else:
            left, right = align(subject, value(branch.this, scope))
            conditions.append(f"{left.sql} = {right.sql}")
        results.append(value(branch.args["true"], scope))
    default = node.args.get("default")
    results.append(value(default, scope) if default is not None else Typed("NULL", NULL))
    unified, kind = unify(results)
    whens = " ".join(f"WHEN {c} THEN {r.sql}" for c, r in zip(conditions, unified, strict=False))
    return Typed(f"(CASE {whens} ELSE {unified[-1].sql} END)", kind)


def _cast(node: exp.Cast, scope: Scope) -> Typed:
    inner = value(node.this, scope)
    name = node.to.this.name
    if name in _CASTS:
        return as_text(inner, scope.context.now.user_date_format)
    if name in {"INT", "BIGINT", "SMALLINT"}:
        return Typed(f"CAST(ROUND({calls.as_real(as_number(inner)).sql}) AS INTEGER)", INTEGER)
    if name in {"DECIMAL", "DOUBLE", "FLOAT", "BIGDECIMAL"}:
        return as_number(inner)
    if name in {"DATE", "TIMESTAMP", "DATETIME"} and inner.kind == DATE:
        return inner
    raise unsupported_search()


def _trim(node: exp.Trim, scope: Scope) -> Typed:
    name = {"LEADING": "LTRIM", "TRAILING": "RTRIM"}.get(node.args.get("position") or "", "TRIM")
    arguments = [value(node.this, scope)]
    if node.args.get("expression") is not None:
        arguments.append(value(node.args["expression"], scope))
    return calls.plain(name, arguments, scope)


def _scalar_subquery(node: exp.Subquery, scope: Scope) -> Typed:
    inner = scope.context.select(node.this, scope, scope.context)
    refuse_unless(len(inner.fields) == 1)
    return Typed(f"({inner.sql})", inner.fields[0].typed.kind)


def _window(node: exp.Window, scope: Scope) -> Typed:
    call = node.this
    refuse_unless(isinstance(call, exp.Anonymous) and node.args.get("spec") is None)
    partition = ", ".join(value(part, scope).sql for part in node.args.get("partition_by") or [])
    order = order_terms(node.args.get("order"), scope)
    over = (
        f"{'PARTITION BY ' + partition if partition else ''} {'ORDER BY ' + order if order else ''}".strip()
    )
    arguments = [] if _counts_rows(call) else [value(each, scope) for each in call.expressions]
    return calls.analytic(call.name.upper(), arguments, bool(order), over)


def order_terms(order: exp.Expr | None, scope: Scope) -> str:
    """ORDER BY of an analytic function, with Oracle's placing of nulls (last when ascending)."""
    if order is None:
        return ""
    return ", ".join(
        f"{value(term.this, scope).sql} {'DESC NULLS FIRST' if term.args.get('desc') else 'ASC NULLS LAST'}"
        for term in order.expressions
    )


def _builtin(node: exp.Dot, scope: Scope) -> Typed:
    owner = node.this.name if isinstance(node.this, exp.Identifier | exp.Column) else ""
    call = node.expression
    refuse_unless(owner.upper() == "BUILTIN" and isinstance(call, exp.Anonymous))
    calls.check_builtin(call.name.upper())
    refuse_unless(len(call.expressions) == 1)
    return calls.builtin(call.name.upper(), value(call.expressions[0], scope), scope)


def _counts_rows(call: exp.Anonymous) -> bool:
    return (
        call.name.upper() == "COUNT"
        and len(call.expressions) == 1
        and isinstance(call.expressions[0], exp.Star)
    )


def _call(node: exp.Anonymous, scope: Scope) -> Typed:
    name = node.name.upper()
    if name in calls.AGGREGATES:
        if _counts_rows(node):
            return Typed("COUNT(*)", INTEGER)
        refuse_unless(len(node.expressions) == 1)
        argument = node.expressions[0]
        distinct = isinstance(argument, exp.Distinct)
        if distinct:
            refuse_unless(len(argument.expressions) == 1)
            argument = argument.expressions[0]
        refuse_unless(not any(is_aggregate(each) for each in argument.walk()))
        return calls.aggregate(name, value(argument, scope), distinct)
    return calls.plain(name, [value(each, scope) for each in node.expressions], scope)


def is_aggregate(node: exp.Expr) -> bool:
    """True for SUM, COUNT and their like where they are not analytic."""
    return (
        isinstance(node, exp.Anonymous)
        and node.name.upper() in calls.AGGREGATES
        and not isinstance(node.parent, exp.Window)
    )


def condition(node: exp.Expr, scope: Scope) -> str:
    """The SQL of a condition."""
    match node:
        case exp.And() | exp.Or():
            word = "AND" if isinstance(node, exp.And) else "OR"
            return _balanced([condition(part, scope) for part in node.flatten(unnest=False)], word)
        case exp.Not():
            return f"(NOT {condition(node.this, scope)})"
        case exp.Paren():
            return f"({condition(node.this, scope)})"
        case exp.Between():
            subject = _compared(node.this, scope)
            low = compare(subject, ">=", value(node.args["low"], scope))
            return f"({low} AND {compare(subject, '<=', value(node.args['high'], scope))})"
        case exp.In():
            return _in(node, scope)
        case exp.Escape() | exp.Like():
            return _like(node, scope)
        case exp.Is():
            refuse_unless(isinstance(node.expression, exp.Null))
            return f"({value(node.this, scope).sql} IS NULL)"
        case exp.Exists():
            inner = scope.context.select(node.this, scope, scope.context)
            return f"EXISTS ({inner.sql})"
        case exp.Anonymous() if node.name.upper() == "REGEXP_LIKE":
            arguments = [value(each, scope) for each in node.expressions]
            return f"{calls.plain('REGEXP_LIKE', arguments, scope).sql} = 1"
    operator = _COMPARISONS.get(type(node))
    if operator is None:
        raise unsupported_search()
    return compare(_compared(node.this, scope), operator, _compared(node.expression, scope))


def _compared(node: exp.Expr, scope: Scope) -> Typed:
    """A side of a comparison. A bare status is a key without its type, which Oracle warns of."""
    found = value(node, scope)
    if found.table == "transaction" and found.field == "status" and found.type_sql is not None:
        refuse_unless(scope.context.doubts.raw_status != "refused")
        if scope.context.doubts.raw_status == "nothing":
            return Typed("NULL", TEXT)
    return found


def _balanced(parts: list[str], word: str) -> str:
    """Joined as a balanced tree, since a long chain nests deeper than SQLite's limit of 1,000."""
    if len(parts) <= 2:
        return "(" + f" {word} ".join(parts) + ")"
    middle = len(parts) // 2
    return f"({_balanced(parts[:middle], word)} {word} {_balanced(parts[middle:], word)})"


def compare(left: Typed, operator: str, right: Typed) -> str:
    """One comparison of two values of one type."""
    left, right = align(left, right)
    return f"({left.sql} {operator} {right.sql})"


def _in(node: exp.In, scope: Scope) -> str:
    refuse_unless(not isinstance(node.this, exp.Tuple))
    subject = _compared(node.this, scope)
    query = node.args.get("query")
    if query is not None:
        inner = scope.context.select(query.this, scope, scope.context)
        refuse_unless(len(inner.fields) == 1)
        left, right = align(subject, Typed("[v]", inner.fields[0].typed.kind))
        if right.sql == "[v]":
            return f"({left.sql} IN ({inner.sql}))"
        return f"({left.sql} IN (SELECT {right.sql} FROM (SELECT [{inner.fields[0].name}] AS [v] FROM ({inner.sql}))))"
    if not node.expressions:
        raise unsupported_search()
    if len(node.expressions) > MAX_IN_VALUES:
        raise QueryRefused(
            f"Search error occurred: Too many values in the list: the maximum is {MAX_IN_VALUES}."
        )
    items = [align(subject, value(each, scope)) for each in node.expressions]
    widest = max((left.kind.scale or 0 for left, _ in items), default=0)
    if subject.kind.is_exact and widest > (subject.kind.scale or 0):
        return "(" + " OR ".join(f"{left.sql} = {right.sql}" for left, right in items) + ")"
    return f"({items[0][0].sql} IN ({', '.join(right.sql for _, right in items)}))"


def _like(node: exp.Expr, scope: Scope) -> str:
    escape = ""
    if isinstance(node, exp.Escape):
        escape = f" ESCAPE {value(node.expression, scope).sql}"
        node = node.this
        refuse_unless(isinstance(node, exp.Like))
    now = scope.context.now
    left = as_text(value(node.this, scope), now.user_date_format)
    return f"({left.sql} LIKE {as_text(value(node.expression, scope), now.user_date_format).sql}{escape})"


def kind_of(kinds: list[Kind]) -> Kind:
    """The one kind of the columns of a UNION."""
    return unify([Typed("NULL", kind) for kind in kinds])[1]
