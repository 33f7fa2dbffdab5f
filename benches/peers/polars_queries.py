"""Polars over the orders of the same history, in memory before anything is timed.

As with DuckDB: a rate on amounts by member, and the same with the tier of the moment; no lots, no expiry, no caps.
"""

import figures

BACKTEST = "backtest, two programmes, all cores: orders judged"


def main():
    asked = figures.arguments()
    figures.with_package(asked.folder, "polars")
    import polars as pl

    orders = pl.read_csv(asked.folder / "orders.csv", columns=["member", "at_micros", "day", "amount_minor"])

    def by_member():
        return orders.lazy().group_by("member").agg((pl.col("amount_minor") // 100).sum()).collect()

    def with_tiers():
        # The orders come in order of time, so a running sum within member and year is what was spent before.
        spent = pl.col("amount_minor").cum_sum().over("member", (pl.col("day") - 17167) // 365) - pl.col("amount_minor")
        rate = pl.when(spent >= 250_000).then(11).otherwise(10)
        points = pl.col("amount_minor") * rate // 1000
        return orders.lazy().select("member", points=points).group_by("member").agg(pl.col("points").sum()).collect()

    def rfm():
        def fifth(column):
            return ((pl.col(column).rank("ordinal") - 1) * 5 // pl.len() + 1).alias(column)

        summed = orders.lazy().group_by("member").agg(
            pl.col("day").max().alias("r"), pl.len().alias("f"), pl.col("amount_minor").sum().alias("m")
        )
        return summed.select("member", fifth("r"), fifth("f"), fifth("m")).collect()

    queries = {
        "backtest": [("rate × amount by member", by_member, BACKTEST), ("with point-in-time tiers", with_tiers, BACKTEST)],
        "rfm": [("RFM with quintiles", rfm, "RFM with quintiles, from orders in memory")],
    }
    for what, query, beside in queries[asked.row]:
        rates = [len(orders) / figures.seconds(query) for _ in range(asked.runs)]
        figures.tell(f"polars {pl.__version__}", what, "orders/s", rates, beside)


main()
