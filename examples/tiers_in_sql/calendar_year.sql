-- Every member's tier at each moment, by what they spent in calendar years.
--
-- From docs/semantics.md, cases 27 to 29: spend is gathered over the local calendar year. The highest tier that it
-- reaches is given with the order that reaches it, and is valid through the end of the next year. A year whose spend
-- meets `keep` moves the validity of the tier held on by one. Where the validity ends with a year that does not, the
-- member falls to the tier whose entry that year's spend reaches, which is valid through the year that begins.
--
-- Takes `bought`, `tier`, `moment`; gives `answer`.

-- What each member had spent in each year by each moment, from the year of their first order to that of the moment, and
-- the highest tier whose entry that is.
CREATE TABLE figure AS
WITH RECURSIVE
    spent AS (
        SELECT b.member, m.at AS moment, CAST(strftime('%Y', b.day) AS INTEGER) AS year, sum(b.cents) AS cents
        FROM moment AS m
        JOIN bought AS b ON b.at <= m.at
        GROUP BY b.member, m.at, year
    ),
    year_of (member, moment, year) AS (
        SELECT member, moment, min(year) FROM spent GROUP BY member, moment
        UNION ALL
        SELECT member, moment, year + 1 FROM year_of WHERE year < CAST(strftime('%Y', moment) AS INTEGER)
    )
SELECT
    y.member,
    y.moment,
    y.year,
    coalesce(s.cents, 0) AS cents,
    (SELECT max(rank) FROM tier WHERE entry <= coalesce(s.cents, 0)) AS reached
FROM year_of AS y
LEFT JOIN spent AS s ON s.member = y.member AND s.moment = y.moment AND s.year = y.year;

CREATE UNIQUE INDEX figure_of_year ON figure (member, moment, year);

-- Year after year. A year that reaches a tier also keeps it, since keeping asks no more and nothing was given back. So the
-- validity of a tier, which such a year moves to the end of the next, ends with the first year that does not keep it.
CREATE TABLE answer AS
WITH RECURSIVE
    held (member, moment, year, rank) AS (
        SELECT member, moment, year, reached
        FROM figure AS f
        WHERE year = (SELECT min(year) FROM figure WHERE member = f.member AND moment = f.moment)
        UNION ALL
        SELECT
            h.member,
            h.moment,
            new.year,
            -- What the end of the old year leaves, or more if the new year's spend reaches more.
            max(CASE WHEN old.cents >= t.keep THEN h.rank ELSE old.reached END, new.reached)
        FROM held AS h
        JOIN tier AS t ON t.rank = h.rank
        JOIN figure AS old ON old.member = h.member AND old.moment = h.moment AND old.year = h.year
        JOIN figure AS new ON new.member = h.member AND new.moment = h.moment AND new.year = h.year + 1
    )
SELECT held.member, held.moment, tier.id AS tier
FROM held
JOIN tier ON tier.rank = held.rank
WHERE held.year = CAST(strftime('%Y', held.moment) AS INTEGER);
