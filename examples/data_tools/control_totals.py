#!/usr/bin/env python3
"""Computes what an import of each real data set must come to, without using Tallybook.

    python3 examples/data_tools/control_totals.py FOLDER > control_totals.json
    python3 examples/data_tools/control_totals.py --extract data/complete-journey/transactions.csv.zst

FOLDER holds the data sets as compressed CSV, named as in docs/importing-real-data.md, which also states the
rules that are computed here a second time: which rows go in, how rows become orders, and which order a
cancellation returns. Needs Python 3.9 or later and the `zstd` program, nothing else.

Money is counted in whole minor units: cents, and thousandths of a pound for UCI Online Retail. `points` are
one point per whole currency unit of an order's amount, rounded down once per order.
"""

import argparse
import csv
import io
import json
import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

# The rows of one order may be interrupted by this many others (`group_gap_rows_max` of the import map).
UCI_GROUP_GAP_ROWS_MAX = 100


def rows_of(path):
    """Yields the rows of a compressed CSV file as dictionaries."""
    with subprocess.Popen(["zstd", "-dc", str(path)], stdout=subprocess.PIPE) as process:
        yield from csv.DictReader(io.TextIOWrapper(process.stdout, encoding="utf-8", newline=""))
    if process.returncode:
        raise SystemExit(f"zstd could not read {path}")


def minor_units(text, exponent):
    """Turns a decimal text into minor units, exactly; more decimals than the exponent are an error."""
    sign = -1 if text.startswith("-") else 1
    whole, _, decimals = text.lstrip("-").partition(".")
    if len(decimals) > exponent:
        raise ValueError(f"{text!r} has more than {exponent} decimals")
    return sign * int(whole + decimals.ljust(exponent, "0"))


def money_text(minor, exponent):
    """Writes minor units as a decimal text."""
    sign = "-" if minor < 0 else ""
    whole, decimals = divmod(abs(minor), 10**exponent)
    return f"{sign}{whole}.{decimals:0{exponent}}"


@dataclass
class Line:
    """One line of an order."""

    sku: str
    quantity: int
    amount: int
    coupon: bool = False
    # What later returns can still take.
    quantity_left: int = 0
    amount_returned: int = 0


@dataclass
class Order:
    """One order with its lines in the order of the file."""

    member: str
    at: str
    lines: list = field(default_factory=list)

    def amount(self):
        return sum(line.amount for line in self.lines)

    def kept(self):
        return self.amount() - sum(line.amount_returned for line in self.lines)


def summary(orders, exponent):
    """The totals that every data set has."""
    unit = 10**exponent
    last_at, backwards = {}, 0
    for order in orders.values():
        backwards += order.at < last_at.get(order.member, "")
        last_at[order.member] = max(order.at, last_at.get(order.member, ""))
    return {
        "orders": len(orders),
        "lines": sum(len(order.lines) for order in orders.values()),
        "members": len(last_at),
        "amount": money_text(sum(order.amount() for order in orders.values()), exponent),
        "points_floor_per_order": sum(order.amount() // unit for order in orders.values()),
        "points_floor_per_line": sum(
            line.amount // unit for order in orders.values() for line in order.lines
        ),
        "points_floor_per_order_after_returns": sum(order.kept() // unit for order in orders.values()),
        "amount_after_returns": money_text(sum(order.kept() for order in orders.values()), exponent),
        "orders_of_amount_zero": sum(order.amount() == 0 for order in orders.values()),
        "first_order_at": min(order.at for order in orders.values()),
        "last_order_at": max(order.at for order in orders.values()),
        "orders_before_an_earlier_order_of_their_member": backwards,
    }


def cdnow(folder):
    """One row is one order; nothing but its place in the file tells it from its twins."""
    orders, seen, twins = {}, set(), 0
    for number, row in enumerate(rows_of(folder / "cdnow_master.csv.zst"), 1):
        amount = minor_units(row["dollar_value"], 2)
        line = Line("", int(row["number_of_cds"]), amount)
        orders[number] = Order(row["customer_id"], row["date"], [line])
        identity = tuple(row.values())
        twins += identity in seen
        seen.add(identity)
    return {"rows": len(orders), **summary(orders, 2), "rows_identical_to_an_earlier_row": twins}


class UciMatcher:
    """Finds the order lines that a cancellation line returns.

    Candidates are lines of the same customer and stock code, from orders that come earlier in the file and
    are not stamped later, with pieces left and a unit price not above the refunded one, so that no return is
    worth more than was paid out. They are tried in this order: the refunded price before lower ones, then the
    newest first. The first with enough pieces left takes all; if there is none, they are used up in the same
    order.
    """

    def __init__(self):
        self.lines = defaultdict(list)
        self.first_order_at = {}

    def add_order(self, number, order, prices):
        self.first_order_at.setdefault(order.member, order.at)
        for line, price in zip(order.lines, prices):
            line.quantity_left = line.quantity
            self.lines[order.member, line.sku].append((number, order, line, price))

    def take(self, member, sku, at, quantity, price):
        """Returns the parts as (order number, line, quantity, price), the rest and why it has no home."""
        bought = [entry for entry in self.lines[member, sku] if entry[1].at <= at]
        open_lines = [entry for entry in reversed(bought) if entry[2].quantity_left]
        candidates = [entry for entry in open_lines if entry[3] == price]
        candidates += [entry for entry in open_lines if entry[3] < price]
        whole = [entry for entry in candidates if entry[2].quantity_left >= quantity]
        parts, rest = [], quantity
        for number, _, line, line_price in whole[:1] or candidates:
            taken = min(rest, line.quantity_left)
            if not taken:
                break
            line.quantity_left -= taken
            line.amount_returned += taken * line_price
            rest -= taken
            parts.append((number, line, taken, line_price))
        if self.first_order_at.get(member, "9999") > at:
            reason = "no_earlier_order"
        elif not bought:
            reason = "sku_not_bought_before"
        elif any(entry[2].quantity_left for entry in bought):
            reason = "only_at_higher_price"
        else:
            reason = "nothing_left_to_return"
        return parts, rest, reason if rest else None


def uci(folder):
    """Lines make invoices; invoices that start with C are cancellations that name no invoice."""
    exponent = 3
    skipped, groups, prices, last_row = Counter(), {}, defaultdict(list), {}
    rows = gap_max = 0
    for row in rows_of(folder / "uci_online_retail_2010_2011.csv.zst"):
        rows += 1
        invoice, quantity = row["InvoiceNo"], int(row["Quantity"])
        price = minor_units(row["UnitPrice"], exponent)
        is_return = invoice.startswith("C")
        if not row["CustomerID"]:
            skipped["no_member"] += 1
            continue
        if price <= 0:
            skipped["no_price"] += 1
            continue
        if quantity <= 0 and not is_return:
            raise ValueError(f"row {rows} sells {quantity} pieces")
        gap_max = max(gap_max, rows - last_row.get(invoice, rows - 1) - 1)
        last_row[invoice] = rows
        order = groups.setdefault(invoice, Order(row["CustomerID"], row["InvoiceDate"]))
        if order.member != row["CustomerID"]:
            raise ValueError(f"invoice {invoice} has two customers")
        order.at = min(order.at, row["InvoiceDate"])
        quantity = abs(quantity)
        order.lines.append(Line(row["StockCode"], quantity, quantity * price))
        prices[invoice].append(price)
    if gap_max > UCI_GROUP_GAP_ROWS_MAX:
        raise ValueError(f"an invoice is interrupted by {gap_max} rows")

    matcher, orders, returns = UciMatcher(), {}, set()
    return_lines, matched, split = 0, Counter(), 0
    unmatched = defaultdict(Counter)
    for invoice, group in groups.items():
        if not invoice.startswith("C"):
            orders[invoice] = group
            matcher.add_order(invoice, group, prices[invoice])
            continue
        for line, price in zip(group.lines, prices[invoice]):
            return_lines += 1
            parts, rest, reason = matcher.take(group.member, line.sku, group.at, line.quantity, price)
            split += len(parts) > 1
            matched["rows_whole" if not rest else "rows_in_part" if parts else "rows_not_at_all"] += 1
            for number, _, taken, line_price in parts:
                returns.add((invoice, number))
                matched["quantity"] += taken
                matched["amount"] += taken * line_price
                matched["refunded"] += taken * price
            if rest:
                unmatched[reason].update(
                    rows=1, rows_in_part=int(bool(parts)), quantity=rest, amount=rest * price
                )

    totals = {
        "rows": rows,
        "rows_in_orders": sum(len(order.lines) for order in orders.values()),
        "rows_skipped": dict(sorted(skipped.items())),
        "rows_of_cancellations": return_lines,
        "widest_gap_rows": gap_max,
        **summary(orders, exponent),
        "cancellation_invoices": sum(invoice.startswith("C") for invoice in groups),
        "returns": len(returns),
        "cancellation_invoices_with_a_return": len({invoice for invoice, _ in returns}),
        "rows_matched_whole": matched["rows_whole"],
        "rows_matched_in_part": matched["rows_in_part"],
        "rows_not_matched": matched["rows_not_at_all"],
        "rows_matched_over_several_lines": split,
        "quantity_returned": matched["quantity"],
        "amount_returned": money_text(matched["amount"], exponent),
        "amount_refunded_for_what_was_returned": money_text(matched["refunded"], exponent),
        "unmatched": {
            reason: {**counts, "amount": money_text(counts["amount"], exponent)}
            for reason, counts in sorted(unmatched.items())
        },
    }
    totals["points_clawed_back"] = (
        totals["points_floor_per_order"] - totals["points_floor_per_order_after_returns"]
    )
    return totals


def journey_totals(rows):
    """A basket is an order; a line on which a coupon was used can be told apart."""
    orders, count, quantity_zero, amount_zero = {}, 0, 0, 0
    for row in rows:
        count += 1
        amount = minor_units(row["sales_value"], 2)
        coupon = minor_units(row["coupon_disc"], 2) > 0 or minor_units(row["coupon_match_disc"], 2) > 0
        order = orders.setdefault(row["basket_id"], Order(row["household_id"], row["transaction_timestamp"]))
        order.lines.append(Line(row["product_id"], int(row["quantity"]), amount, coupon))
        quantity_zero += row["quantity"] == "0"
        amount_zero += amount == 0
    eligible = [sum(line.amount for line in order.lines if not line.coupon) for order in orders.values()]
    return {
        "rows": count,
        **summary(orders, 2),
        "lines_of_quantity_zero": quantity_zero,
        "lines_of_amount_zero": amount_zero,
        "coupon_lines": sum(line.coupon for order in orders.values() for line in order.lines),
        "amount_without_coupon_lines": money_text(sum(eligible), 2),
        "points_floor_per_order_without_coupon_lines": sum(cents // 100 for cents in eligible),
    }


def complete_journey(folder):
    """The full data set in its two files, with the departments of the joined product table."""
    departments = {
        row["product_id"]: row["department"] for row in rows_of(folder / "completejourney_products.csv.zst")
    }
    unknown = without = 0

    def rows():
        nonlocal unknown, without
        for half in ("H1", "H2"):
            for row in rows_of(folder / f"completejourney_transactions_2017{half}.csv.zst"):
                department = departments.get(row["product_id"])
                unknown += department is None
                without += department == ""
                yield row

    totals = journey_totals(rows())
    return {**totals, "lines_without_product": unknown, "lines_without_department": without}


def maven(folder):
    """Items make orders, the member stands in another file, and each refund names its item."""
    member = {
        row["order_id"]: row["user_id"] for row in rows_of(folder / "maven_fuzzy_factory_orders.csv.zst")
    }
    orders, items, rows = {}, {}, 0
    for row in rows_of(folder / "maven_fuzzy_factory_order_items.csv.zst"):
        rows += 1
        order = orders.setdefault(row["order_id"], Order(member[row["order_id"]], row["created_at"]))
        items[row["order_item_id"]] = Line(row["product_id"], 1, minor_units(row["price_usd"], 2))
        order.lines.append(items[row["order_item_id"]])
    last_order_at = {}
    for order in orders.values():
        last_order_at[order.member] = max(order.at, last_order_at.get(order.member, ""))
    refunds, late, first, last = 0, 0, "9", ""
    for row in rows_of(folder / "maven_fuzzy_factory_order_item_refunds.csv.zst"):
        refunds += 1
        items[row["order_item_id"]].amount_returned += minor_units(row["refund_amount_usd"], 2)
        late += row["created_at"] < last_order_at[member[row["order_id"]]]
        first, last = min(first, row["created_at"]), max(last, row["created_at"])
    totals = {
        "rows": rows,
        **summary(orders, 2),
        "refund_rows": refunds,
        "returns": refunds,
        "amount_returned": money_text(sum(line.amount_returned for line in items.values()), 2),
        "orders_returned_whole": sum(order.kept() == 0 for order in orders.values()),
        "orders_returned_in_part": sum(0 < order.kept() < order.amount() for order in orders.values()),
        "returns_before_a_later_order_of_their_member": late,
        "first_return_at": first,
        "last_return_at": last,
    }
    totals["points_clawed_back"] = (
        totals["points_floor_per_order"] - totals["points_floor_per_order_after_returns"]
    )
    return totals


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", help="the folder that holds the data sets")
    parser.add_argument(
        "--extract", type=Path, metavar="FILE", help="the bundled extract of The Complete Journey"
    )
    arguments = parser.parse_args()
    if not arguments.folder and not arguments.extract:
        parser.error("name the folder of the data sets, an extract, or both")

    totals = {}
    if arguments.folder:
        totals["cdnow"] = cdnow(arguments.folder)
        totals["uci_online_retail"] = uci(arguments.folder)
        totals["complete_journey"] = complete_journey(arguments.folder)
        totals["maven_fuzzy_factory"] = maven(arguments.folder)
    if arguments.extract:
        totals["complete_journey_extract"] = journey_totals(rows_of(arguments.extract))
    print(json.dumps(totals, indent=2))


if __name__ == "__main__":
    main()
