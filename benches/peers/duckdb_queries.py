"""DuckDB over the orders of the same history, in memory before anything is timed.

Its backtests are what a query can say in short: points as a rate on amounts by member, and the same with the tier of
the moment. It knows no lots, no expiry, no caps and no returns.
"""

import figures

BY_MEMBER = "create or replace table outcome as select member, sum(amount_minor // 100) as points from orders group by member"
# The tier of an order is what the member had spent in the year before it.
WITH_TIERS = """
create or replace table outcome as
select member, sum(amount_minor * (case when spent >= 250000 then 11 else 10 end) // 1000) as points
from (
    select member, amount_minor, coalesce(sum(amount_minor) over (
        partition by member, (day - 17167) // 365 order by at_micros
        rows between unbounded preceding and 1 preceding), 0) as spent
    from orders
)
group by member
"""
RFM = """
create or replace table outcome as
select member, ntile(5) over (order by last_day) as r, ntile(5) over (order by orders) as f,
    ntile(5) over (order by money) as m
from (select member, max(day) as last_day, count(*) as orders, sum(amount_minor) as money from orders group by member)
"""
BACKTEST = "backtest, two programmes, all cores: orders judged"


def main():
    asked = figures.arguments()
    figures.with_package(asked.folder, "duckdb")
    import duckdb

    db = duckdb.connect()
    path = asked.folder / "orders.csv"
    db.execute(f"create table orders as select member, day, at_micros, amount_minor from read_csv('{path}')")
    (count,) = db.execute("select count(*) from orders").fetchone()
    queries = {
        "backtest": [("rate × amount by member", BY_MEMBER, BACKTEST), ("with point-in-time tiers", WITH_TIERS, BACKTEST)],
        "rfm": [("RFM with quintiles", RFM, "RFM with quintiles, from orders in memory")],
    }
    for what, query, beside in queries[asked.row]:
        rates = [count / figures.seconds(lambda: db.execute(query)) for _ in range(asked.runs)]
        figures.tell(f"duckdb {duckdb.__version__}", what, "orders/s", rates, beside)


main()
