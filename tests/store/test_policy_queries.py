"""Which row of a policy or of the mapping rules on a day."""

from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, create_engine

from revrec.store.queries.policies import mapping_in_force, values_on
from revrec.store.tables import AccountMapping, PolicySetting

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ENGINE = create_engine("sqlite://")
SQLModel.metadata.create_all(ENGINE)

some_day = st.dates(date(2025, 12, 31), date(2026, 1, 10))
account = st.none() | st.integers(1, 3)
days = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 9))


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(st.sampled_from("ab"), days), max_size=12),
    day=st.dates(date(2025, 12, 31), date(2026, 1, 10)),
)
def test_the_latest_day_rules_and_of_one_day_the_last_word(
    rows: list[tuple[str, date | None]], day: date
) -> None:
    with Session(ENGINE) as session:
        for number, (key, valid_from) in enumerate(rows):
            session.add(PolicySetting(key=key, valid_from=valid_from, value=number, set_by="x", set_at=NOW))
            session.flush()
        found = {key: row.value for key, row in values_on(session, day).items()}
        session.rollback()
    expected: dict[str, int] = {}
    for key in "ab":
        valid = [
            (valid_from or date.min, number)
            for number, (one, valid_from) in enumerate(rows)
            if one == key and (valid_from is None or valid_from <= day)
        ]
        if valid:
            expected[key] = max(valid)[1]
    assert found == expected


@settings(deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from([None, "services"]), st.booleans(), days, st.none() | st.integers(1, 3)),
        max_size=10,
    ),
    day=st.dates(date(2025, 12, 31), date(2026, 1, 10)),
)
def test_each_rule_of_the_mapping_rules_by_itself(
    rows: list[tuple[str | None, bool, date | None, int | None]], day: date
) -> None:
    with Session(ENGINE) as session:
        for category, default, valid_from, account in rows:
            session.add(
                AccountMapping(
                    role="revenue",
                    category=category,
                    is_default=default,
                    valid_from=valid_from,
                    account_id=account,
                    set_by="x",
                    set_at=NOW,
                )
            )
            session.flush()
        found = {(row.category, row.is_default): row.account_id for row in mapping_in_force(session, day)}
        session.rollback()
    expected: dict[tuple[str | None, bool], int] = {}
    for rule in {(category, default) for category, default, _, _ in rows}:
        valid = [
            (valid_from or date.min, number)
            for number, (category, default, valid_from, _) in enumerate(rows)
            if (category, default) == rule and (valid_from is None or valid_from <= day)
        ]
        ruling = rows[max(valid)[1]][3] if valid else None
        if ruling is not None:
            expected[rule] = ruling
    assert found == expected
