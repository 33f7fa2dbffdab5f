-- CDNOW: from the rows as they stand in the file, `raw`, to what the queries of tiers rest on.

-- The tiers of cdnow-calendar-year.toml and cdnow-rolling-365.toml, in cents. The first asks nothing.
CREATE TABLE tier (rank INTEGER PRIMARY KEY, id TEXT, entry INTEGER, keep INTEGER);
INSERT INTO tier VALUES (0, 'member', 0, 0), (1, 'silver', 7500, 7500), (2, 'gold', 20000, 15000);

-- One row is one order. The file has dates without times, of the shop's own days: an order is placed as its day begins.
CREATE TABLE bought AS
SELECT
    customer_id AS member,
    date || ' 00:00:00' AS at,
    date AS day,
    CAST(round(dollar_value * 100) AS INTEGER) AS cents
FROM raw;
