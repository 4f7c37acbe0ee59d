"""PostgreSQL databases that tests use one after the other.

A copy of the template costs a tenth of a second and more, for it is hundreds of files; emptying the tables that a test
wrote to costs a few milliseconds. So a database is used again, if it still has the template's tables and nothing else;
where a test made or changed any (a worker's engine does), the database is dropped and the next test gets a new copy.
"""

import itertools
import os
from collections.abc import Callable

import psycopg
from psycopg import sql

Connect = Callable[[str], psycopg.Connection]

SHAPE = """
SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
  SELECT format('%s.%s %s', c.relnamespace::regnamespace, c.relname, c.relkind) AS part FROM pg_class c
   WHERE c.relnamespace::regnamespace::text NOT LIKE 'pg\\_%' AND c.relnamespace <> 'information_schema'::regnamespace
  UNION ALL
  SELECT format('%s.%s %s %s', c.relname, a.attname, a.atttypid::regtype, a.attnotnull)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
   WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND c.relkind = 'r'
  UNION ALL
  SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'
  UNION ALL
  SELECT format('%s on %s', conname, conrelid::regclass) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL
  SELECT format('%s %s %s', tgname, tgrelid::regclass, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL
  SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) parts
"""
TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
)
OTHERS_OUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
BEGIN_AGAIN = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
  FROM pg_sequences WHERE last_value IS NOT NULL
"""


class KeptDatabases:
    """The databases of one process of a run, copies of one template. `connect` opens one by name, autocommit."""

    def __init__(self, connect: Connect, maintenance: str, template: str) -> None:
        self._connect = connect
        self._maintenance = maintenance
        self._template = template
        self._free: list[str] = []
        self._made: list[str] = []
        self._numbers = itertools.count(1)
        with connect(template) as connection:
            self._shape = connection.execute(SHAPE).fetchone()
            self._tables = [str(name) for (name,) in connection.execute(TABLES)]
            self._given = {
                name: connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))).fetchall()
                for name in self._written(connection)
            }

    def take(self) -> str:
        """The name of a database that is as the template is."""
        if self._free:
            return self._free.pop()
        name = f"revrec_kept_{os.getpid()}_{next(self._numbers)}"
        with self._connect(self._maintenance) as connection:
            connection.execute(copy_of(connection, name, self._template))
        self._made.append(name)
        return name

    def give_back(self, name: str) -> None:
        """Empty it for the next test, or drop it where that would not make it what the template is."""
        try:
            fine = self._emptied(name)
        except psycopg.Error:  # no superuser, or a lock that is not let go
            fine = False
        if fine:
            self._free.append(name)
        else:
            self._drop(name)

    def close(self) -> None:
        for name in list(self._made):
            self._drop(name)

    def _emptied(self, name: str) -> bool:
        with self._connect(name) as connection:
            connection.execute(OTHERS_OUT)
            if connection.execute(SHAPE).fetchone() != self._shape:
                return False
            connection.execute("SET lock_timeout = '5s'")
            connection.execute(
                "SET session_replication_role = replica"
            )  # no foreign keys, no append-only tables
            for table in self._written(connection):
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            for table, rows in self._given.items():
                places = sql.SQL(", ").join(sql.Placeholder() * len(rows[0]))
                insert = sql.SQL("INSERT INTO {} OVERRIDING SYSTEM VALUE VALUES ({})")
                connection.cursor().executemany(insert.format(sql.Identifier(table), places), rows)
            connection.execute(BEGIN_AGAIN)
        return True

    def _written(self, connection: psycopg.Connection) -> list[str]:
        looks = [
            sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(
                sql.Literal(name), sql.Identifier(name)
            )
            for name in self._tables
        ]
        return [str(name) for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(looks))]

    def _drop(self, name: str) -> None:
        with self._connect(self._maintenance) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
        self._made.remove(name)


def copy_of(connection: psycopg.Connection, name: str, template: str) -> sql.Composed:
    """The statement that makes a copy, file by file where the server can: faster for templates as small as ours."""
    how = sql.SQL(" STRATEGY FILE_COPY" if connection.info.server_version >= 150000 else "")
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    return copy + how
