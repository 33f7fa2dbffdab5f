-- Every member's tier at each moment, by what they spent in the last 365 local days, today included.
--
-- From docs/semantics.md, cases 13, 15 and 27 to 29: at each local midnight the window loses a day, and is held against
-- `keep` of the tier held; where it does not meet that, the member falls to the tier whose entry it reaches. Orders come
-- after, those at that very instant too, and the highest tier that the window then reaches is given with the order that
-- reaches it.
--
-- Takes `bought`, `tier`, `moment`; gives `answer`.

-- The days on which a tier can change: those with orders, and those whose midnight loses one. Days are counted from
-- one that is far back, so that a window is a range of numbers.
CREATE TABLE turn AS
WITH
    spent AS (
        SELECT b.member, m.at AS moment, CAST(julianday(b.day) + 0.5 AS INTEGER) AS day, sum(b.cents) AS cents
        FROM moment AS m
        JOIN bought AS b ON b.at <= m.at
        GROUP BY b.member, m.at, b.day
    ),
    turning (member, moment, day, cents) AS (
        SELECT member, moment, day, cents FROM spent
        UNION ALL
        SELECT member, moment, day + 365, 0 FROM spent
        WHERE day + 365 <= CAST(julianday(date(moment)) + 0.5 AS INTEGER)
    ),
    one_a_day AS (
        SELECT member, moment, day, sum(cents) AS today FROM turning GROUP BY member, moment, day
    ),
    windowed AS (
        SELECT
            member,
            moment,
            row_number() OVER (PARTITION BY member, moment ORDER BY day) AS number,
            today,
            sum(today) OVER (
                PARTITION BY member, moment ORDER BY day RANGE BETWEEN 364 PRECEDING AND CURRENT ROW
            ) AS cents
        FROM one_a_day
    )
SELECT
    member,
    moment,
    number,
    cents - today AS cents_at_midnight,
    (SELECT max(rank) FROM tier WHERE entry <= cents - today) AS reached_at_midnight,
    (SELECT max(rank) FROM tier WHERE entry <= cents) AS reached
FROM windowed;

CREATE UNIQUE INDEX turn_by_number ON turn (member, moment, number);

-- Turn after turn.
CREATE TABLE answer AS
WITH RECURSIVE
    held (member, moment, number, rank) AS (
        SELECT member, moment, number, reached FROM turn WHERE number = 1
        UNION ALL
        SELECT
            h.member,
            h.moment,
            n.number,
            max(CASE WHEN n.cents_at_midnight >= t.keep THEN h.rank ELSE n.reached_at_midnight END, n.reached)
        FROM held AS h
        JOIN tier AS t ON t.rank = h.rank
        JOIN turn AS n ON n.member = h.member AND n.moment = h.moment AND n.number = h.number + 1
    )
SELECT held.member, held.moment, tier.id AS tier
FROM held
JOIN tier ON tier.rank = held.rank
WHERE held.number = (SELECT max(number) FROM turn WHERE member = held.member AND moment = held.moment);
