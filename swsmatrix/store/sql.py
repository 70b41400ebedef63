"""Statements that several tables share."""

from __future__ import annotations

import aiosqlite

Statement = tuple[str, tuple[object, ...]]


def upsert(table: str, columns: str, key: str) -> str:
    """Insert, or replace the row of the same ``key``; two different keys with one number are an error."""
    names = columns.split(", ")
    values = ", ".join("?" * len(names))
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key.split(", "))
    return f"INSERT INTO {table} ({columns}) VALUES ({values}) ON CONFLICT ({key}) DO UPDATE SET {changes}"


async def keep_body(connection: aiosqlite.Connection, text: str) -> int:
    """Keep a text where all of them are; its row's number."""
    sql = "INSERT INTO bodies (text) VALUES (?) RETURNING id"
    ((number,),) = await connection.execute_fetchall(sql, (text,))
    return int(number)


async def count_up(connection: aiosqlite.Connection, number: int) -> None:
    """``number`` is used: the next one is higher."""
    await connection.execute(
        "INSERT INTO counters (name, value) VALUES ('post', ?)"
        " ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
        (number,),
    )
