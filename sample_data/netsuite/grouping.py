"""GROUP BY: grouping sets of ROLLUP, and Oracle's rule that what is selected is grouped by or aggregated."""

from __future__ import annotations

from sqlglot import exp

from sample_data.netsuite import expressions
from sample_data.netsuite.dialect import refuse_unless
from sample_data.netsuite.problems import QueryRefused
from sample_data.netsuite.scope import Scope


def is_grouped(node: exp.Select) -> bool:
    """True with GROUP BY, HAVING, or an aggregate among the selected expressions."""
    if node.args.get("group") is not None or node.args.get("having") is not None:
        return True
    return any(
        expressions.is_aggregate(each)
        for item in node.expressions
        for each in item.walk(prune=lambda inner: isinstance(inner, exp.Select))
    )


def grouping_sets(node: exp.Select, scope: Scope) -> list[tuple[list[str], frozenset[str]]]:
    """Per result set: the SQL grouped by, and the SQL that is NULL there (the rolled-up columns)."""
    group = node.args.get("group")
    if group is None:
        return [([], frozenset())]
    refuse_unless({key for key, given in group.args.items() if given} <= {"expressions", "rollup"})
    plain: list[str] = []
    rolled: list[str] = []
    for each in [*group.expressions, *(group.args.get("rollup") or [])]:
        if isinstance(each, exp.Rollup):
            refuse_unless(not rolled)
            rolled = [_grouped_by(inner, scope) for inner in each.expressions]
        else:
            plain.append(_grouped_by(each, scope))
    return [(plain + rolled[:count], frozenset(rolled[count:])) for count in range(len(rolled), -1, -1)]


def _grouped_by(node: exp.Expr, scope: Scope) -> str:
    refuse_unless(not isinstance(node, exp.Literal | exp.Tuple))
    return expressions.value(node, scope).sql


def check_grouped(node: exp.Expr, scope: Scope, group_sqls: list[str]) -> None:
    """Refuse a column that is neither grouped by nor inside an aggregate (ORA-00979)."""
    if expressions.is_aggregate(node) or isinstance(node, exp.Literal | exp.Null | exp.Select | exp.Subquery):
        return
    if isinstance(node, exp.Window):
        return
    bare = Scope(scope.context, scope.sources, scope.parent, scope.rownum_sql)
    if not isinstance(node, exp.Connector | exp.Predicate | exp.Not | exp.Identifier):
        try:
            sql = expressions.value(node, bare).sql
        except QueryRefused:
            sql = ""
        if sql in group_sqls:
            return
    refuse_unless(not isinstance(node, exp.Column) or node.name.lower() in {"sysdate", "current_date"})
    for child in node.iter_expressions():
        if isinstance(child, exp.Expr) and not isinstance(child, exp.Identifier | exp.DataType):
            check_grouped(child, scope, group_sqls)
