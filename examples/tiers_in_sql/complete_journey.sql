-- The Complete Journey: from the rows as they stand in the files, `raw`, to what the queries of tiers rest on.

-- The tiers of complete-journey-calendar-year.toml and complete-journey-rolling-365.toml, in cents. The first asks
-- nothing.
CREATE TABLE tier (rank INTEGER PRIMARY KEY, id TEXT, entry INTEGER, keep INTEGER);
INSERT INTO tier VALUES (0, 'member', 0, 0), (1, 'silver', 100000, 100000), (2, 'gold', 250000, 200000);

-- Stamps are UTC; days are those of New York. SQLite knows no zones, so here are the hours by which New York's clocks
-- were behind in the year of the data, and since when.
CREATE TABLE clock (since TEXT PRIMARY KEY, hours TEXT);
INSERT INTO clock VALUES
    ('2016-11-06T06:00:00Z', '-5 hours'),
    ('2017-03-12T07:00:00Z', '-4 hours'),
    ('2017-11-05T06:00:00Z', '-5 hours');

-- One row is one line of a basket, and a basket is an order, placed at the earliest of its lines' stamps. `sales_value`
-- is after the shop's discounts. It is rounded line by line, since SQLite reads a decimal as a fraction of twos.
CREATE TABLE basket AS
SELECT
    household_id AS member,
    min(transaction_timestamp) AS stamp,
    sum(CAST(round(sales_value * 100) AS INTEGER)) AS cents
FROM raw
GROUP BY basket_id, household_id;

CREATE TABLE bought AS
SELECT member, at, date(at) AS day, cents
FROM (
    SELECT
        member,
        datetime(stamp, (SELECT hours FROM clock WHERE since <= stamp ORDER BY since DESC LIMIT 1)) AS at,
        cents
    FROM basket
);
