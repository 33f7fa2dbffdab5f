"""SQLite as a ledger of points: WAL, synchronous=FULL, so that a commit is durable, in this machine's Python.

SQLite has one writer, so there is one caller. What Python adds to each statement is a small part of a commit.
"""

import random
import sqlite3
import sys

import figures

SCHEMA = """
create table members (id integer primary key, available integer not null, year_spend_minor integer not null,
    tier integer not null);
create table lots (member integer not null, expires_day integer not null, id integer not null,
    remaining integer not null, primary key (member, expires_day, id)) without rowid;
create table transactions (key text primary key, member integer not null, kind text not null,
    points integer not null, amount_minor integer not null, day integer not null) without rowid;
"""
TODAY = 17_200
ORDERS_A_RUN = 5_000
BATCHED_ORDERS_A_RUN = 64_000


class Shop:
    """Members with ten lots each, and what is done with them."""

    def __init__(self, path, members):
        self.members = members
        self.number = 0
        self.chance = random.Random(1)
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("pragma journal_mode = wal")
        self.db.execute("pragma synchronous = full")
        self.db.executescript(SCHEMA)
        self.db.execute("begin")
        self.db.executemany("insert into members values (?, 1000, 0, 0)", ((id,) for id in range(members)))
        lots = ((id, TODAY + 150 + n, n, 100) for id in range(members) for n in range(10))
        self.db.executemany("insert into lots values (?, ?, ?, ?)", lots)
        self.db.execute("commit")

    def key(self):
        self.number += 1
        return self.number

    def earn(self):
        member, amount, number = self.chance.randrange(self.members), self.chance.randrange(500, 3_000), self.key()
        tier, spend = self.db.execute("select tier, year_spend_minor from members where id = ?", (member,)).fetchone()
        earned = amount // 100 * (11 if tier == 2 else 10) // 10
        spend += amount
        tier = 2 if spend >= 250_000 else 1 if spend >= 100_000 else 0
        self.db.execute("insert into transactions values (?, ?, 'earn', ?, ?, ?)",
                        (f"e{number}", member, earned, amount, TODAY))
        self.db.execute("insert into lots values (?, ?, ?, ?)", (member, TODAY + 183, number + 100, earned))
        self.db.execute("update members set available = available + ?, year_spend_minor = ?, tier = ? where id = ?",
                        (earned, spend, tier, member))

    def redeem(self):
        member, due = self.chance.randrange(self.members), 7
        (there,) = self.db.execute("select available from members where id = ?", (member,)).fetchone()
        if there < due:
            return
        self.db.execute("insert into transactions values (?, ?, 'redeem', ?, 0, ?)",
                        (f"r{self.key()}", member, -due, TODAY))
        lots = self.db.execute("select expires_day, id, remaining from lots where member = ? and expires_day > ?"
                               " order by expires_day, id", (member, TODAY))
        for day, id, remaining in lots.fetchall():
            taken = min(due, remaining)
            if taken == remaining:
                self.db.execute("delete from lots where member = ? and expires_day = ? and id = ?", (member, day, id))
            else:
                self.db.execute("update lots set remaining = remaining - ? where member = ? and expires_day = ?"
                                " and id = ?", (taken, member, day, id))
            due -= taken
            if due == 0:
                break
        self.db.execute("update members set available = available - 7 where id = ?", (member,))

    def commit(self, work, count):
        """Does something so often in one transaction."""
        self.db.execute("begin immediate")
        for _ in range(count):
            work()
        self.db.execute("commit")


def jobs_of(shop, row):
    """What is measured in a row: its name, the work, how often it is done a commit, the unit, and what of ours does the same."""
    if row == "one-caller":
        return [("earn, one caller", shop.earn, 1, "orders/s", "durable order, one caller")]
    if row == "batches":
        return [(f"earn, {size:,} a commit", shop.earn, size, "orders/s",
                 f"durable orders in batches of {size}, 1 at a time") for size in (1_000, 8_000)]
    if row == "redemptions":
        return [("redeem, one caller", shop.redeem, 1, "redemptions/s", "redemption over 10 lots, 256 callers")]
    sys.exit(f"sqlite.py: there is nothing to measure in {row}")


def main():
    asked = figures.arguments()
    shop = Shop(asked.folder / "sqlite.db", asked.members)
    for what, work, batch, unit, beside in jobs_of(shop, asked.row):
        count = ORDERS_A_RUN if batch == 1 else BATCHED_ORDERS_A_RUN // batch

        def commits():
            for _ in range(count):
                shop.commit(work, batch)

        rates = [count * batch / figures.seconds(commits) for _ in range(asked.runs)]
        figures.tell("sqlite", what, unit, rates, beside)


main()
