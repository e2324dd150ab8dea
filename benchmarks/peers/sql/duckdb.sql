-- Sections: "load" once, "layout NAME" once each, "query Q FORM [plain|scan]" for all
-- layouts, or, with "in LAYOUT...", for some. {t} is the table, {p} the column of the
-- person, {names} turns it into the person's id, {where} and {and} hold the filter of the
-- forced scan.
--
-- Forms called "streamed" rely on windows over the rows as the table has them, which
-- DuckDB gives in the order of insertion. A key (person << 42) | time orders events as
-- person and time do, and two of one person differ by the time between them.

--- load
SET preserve_insertion_order = true;
CREATE TABLE events AS
  SELECT time AS ts, person, name AS event, url, coalesce(element.id, '') AS element,
         ('0x' || session)::UBIGINT AS session, context.country AS country,
         properties.plan AS plan, properties.duration AS duration
  FROM read_json('{file}', format = 'newline_delimited', columns = {
    time: 'BIGINT', person: 'VARCHAR', name: 'VARCHAR', url: 'VARCHAR',
    element: 'STRUCT(id VARCHAR)', session: 'VARCHAR',
    properties: 'STRUCT(plan VARCHAR, duration INTEGER)',
    context: 'STRUCT(country VARCHAR)'});
CREATE TABLE people AS
  SELECT person, (row_number() OVER (ORDER BY person) - 1)::INTEGER AS uid
  FROM (SELECT DISTINCT person FROM events);

--- each layout before
ATTACH '{dir}/{layout}.db' AS {layout};
USE {layout};
CREATE TYPE event_t AS ENUM (SELECT DISTINCT event FROM staging.events ORDER BY event);
CREATE TYPE plan_t AS ENUM (SELECT DISTINCT plan FROM staging.events ORDER BY plan);
CREATE TYPE country_t AS
  ENUM (SELECT DISTINCT country FROM staging.events ORDER BY country);

--- each layout after
CHECKPOINT {layout};
USE staging;

--- layout person: sorted by person and time, string id
CREATE TABLE ev AS
  SELECT ts, person, event::event_t AS event, url, element, session,
         country::country_t AS country, plan::plan_t AS plan, duration
  FROM staging.events ORDER BY person, ts;

--- layout person_int: sorted by person and time, integer id
CREATE TABLE ev AS
  SELECT ts, uid, event::event_t AS event, url, element, session,
         country::country_t AS country, plan::plan_t AS plan, duration
  FROM staging.events JOIN staging.people USING (person) ORDER BY uid, ts;

--- layout event_int: sorted by event, person and time, integer id
CREATE TABLE ev AS
  SELECT ts, uid, event::event_t AS event, url, element, session,
         country::country_t AS country, plan::plan_t AS plan, duration
  FROM staging.events JOIN staging.people USING (person) ORDER BY event, uid, ts;

--- layout arrival: in the order of arrival, string id
CREATE TABLE ev AS
  SELECT ts, person, event::event_t AS event, url, element, session,
         country::country_t AS country, plan::plan_t AS plan, duration
  FROM staging.events;

--- layout arrival_int: in the order of arrival, integer id
CREATE TABLE ev AS
  SELECT ts, uid, event::event_t AS event, url, element, session,
         country::country_t AS country, plan::plan_t AS plan, duration
  FROM staging.events JOIN staging.people USING (person) ORDER BY events.rowid;

--- finish
DROP TABLE events;
CHECKPOINT staging;

--- ingest
CREATE TABLE ingested(ts BIGINT, person VARCHAR, event VARCHAR, url VARCHAR,
                      element VARCHAR, session VARCHAR, country VARCHAR, plan VARCHAR,
                      duration BIGINT, id VARCHAR);

--- query Q1 group
SELECT event::VARCHAR, count(*) FROM {t} {where} GROUP BY event;

--- query Q2 distinct
SELECT ts // 86400000 AS day, count(DISTINCT {p}) FROM {t} WHERE ts >= {since} {and}
GROUP BY day;

--- query Q3 asof
WITH s1 AS (SELECT {p}, ts FROM {t} WHERE event = 'view_item' {and}),
s2 AS (SELECT e.{p}, e.ts, a.ts AS s
       FROM (SELECT {p}, ts FROM {t} WHERE event = 'add_to_cart' {and}) e
       ASOF JOIN s1 a ON e.{p} = a.{p} AND e.ts >= a.ts WHERE e.ts - a.ts <= 604800000),
s3 AS (SELECT e.{p}, e.ts, a.s
       FROM (SELECT {p}, ts FROM {t} WHERE event = 'begin_checkout' {and}) e
       ASOF JOIN s2 a ON e.{p} = a.{p} AND e.ts >= a.ts WHERE e.ts - a.s <= 604800000),
s4 AS (SELECT e.{p}, e.ts, a.s
       FROM (SELECT {p}, ts FROM {t} WHERE event = 'purchase' {and}) e
       ASOF JOIN s3 a ON e.{p} = a.{p} AND e.ts >= a.ts WHERE e.ts - a.s <= 604800000)
SELECT (SELECT count(DISTINCT {p}) FROM s1), (SELECT count(DISTINCT {p}) FROM s2),
       (SELECT count(DISTINCT {p}) FROM s3), (SELECT count(DISTINCT {p}) FROM s4);

--- query Q3 window
WITH f AS (SELECT {p}, ts, event FROM {t}
           WHERE event IN ('view_item', 'add_to_cart', 'begin_checkout', 'purchase')
             {and}),
a AS (SELECT *, max(CASE WHEN event = 'view_item' THEN ts END) OVER w AS s1 FROM f
      WINDOW w AS (PARTITION BY {p} ORDER BY ts ROWS UNBOUNDED PRECEDING)),
b AS (SELECT *, max(CASE WHEN event = 'add_to_cart' AND ts - s1 <= 604800000 THEN s1 END)
        OVER w AS s2 FROM a
      WINDOW w AS (PARTITION BY {p} ORDER BY ts ROWS UNBOUNDED PRECEDING)),
c AS (SELECT *, max(CASE WHEN event = 'begin_checkout' AND ts - s2 <= 604800000
                    THEN s2 END) OVER w AS s3 FROM b
      WINDOW w AS (PARTITION BY {p} ORDER BY ts ROWS UNBOUNDED PRECEDING)),
l AS (SELECT max(CASE WHEN event = 'purchase' AND ts - s3 <= 604800000 THEN 4
                      WHEN event = 'begin_checkout' AND ts - s2 <= 604800000 THEN 3
                      WHEN event = 'add_to_cart' AND ts - s1 <= 604800000 THEN 2
                      WHEN event = 'view_item' THEN 1 ELSE 0 END) AS l
      FROM c GROUP BY {p})
SELECT count(*) FILTER (l >= 1), count(*) FILTER (l >= 2), count(*) FILTER (l >= 3),
       count(*) FILTER (l >= 4) FROM l;

--- query Q3 streamed in person_int
WITH f AS (SELECT (uid::BIGINT << 42) | ts AS k, event FROM {t}
           WHERE event IN ('view_item', 'add_to_cart', 'begin_checkout', 'purchase')
             {and}),
a AS (SELECT *, max(CASE WHEN event = 'view_item' THEN k END)
        OVER (ROWS UNBOUNDED PRECEDING) AS s1 FROM f),
b AS (SELECT *, max(CASE WHEN event = 'add_to_cart' AND k - s1 <= 604800000 THEN s1 END)
        OVER (ROWS UNBOUNDED PRECEDING) AS s2 FROM a),
c AS (SELECT *, max(CASE WHEN event = 'begin_checkout' AND k - s2 <= 604800000
                    THEN s2 END) OVER (ROWS UNBOUNDED PRECEDING) AS s3 FROM b),
l AS (SELECT max(CASE WHEN event = 'purchase' AND k - s3 <= 604800000 THEN 4
                      WHEN event = 'begin_checkout' AND k - s2 <= 604800000 THEN 3
                      WHEN event = 'add_to_cart' AND k - s1 <= 604800000 THEN 2
                      WHEN event = 'view_item' THEN 1 ELSE 0 END) AS l
      FROM c GROUP BY k >> 42)
SELECT count(*) FILTER (l >= 1), count(*) FILTER (l >= 2), count(*) FILTER (l >= 3),
       count(*) FILTER (l >= 4) FROM l;

--- query Q4 bits
SELECT first + {week0}, count(*) FILTER ((m >> first) & 1 = 1),
       count(*) FILTER ((m >> (first + 1)) & 1 = 1),
       count(*) FILTER ((m >> (first + 2)) & 1 = 1),
       count(*) FILTER ((m >> (first + 3)) & 1 = 1),
       count(*) FILTER ((m >> (first + 4)) & 1 = 1),
       count(*) FILTER ((m >> (first + 5)) & 1 = 1),
       count(*) FILTER ((m >> (first + 6)) & 1 = 1),
       count(*) FILTER ((m >> (first + 7)) & 1 = 1)
FROM (SELECT (min(ts) - {week0_ms}) // 604800000 AS first,
             bit_or(1::BIGINT << ((ts - {week0_ms}) // 604800000)) AS m
      FROM {t} {where} GROUP BY {p})
GROUP BY first;

--- query Q5 leadlag plain
SELECT count(*), quantile_disc(CASE WHEN is_end THEN 0 ELSE nx - ts END, 0.5)
FROM (SELECT ts, is_start, is_end, lead(ts) OVER (PARTITION BY {p} ORDER BY ts) AS nx
      FROM (SELECT {p}, ts, coalesce(ts - p > 1800000, true) AS is_start,
                   coalesce(n - ts > 1800000, true) AS is_end
            FROM (SELECT {p}, ts, lag(ts) OVER w AS p, lead(ts) OVER w AS n FROM {t}
                  WINDOW w AS (PARTITION BY {p} ORDER BY ts)))
      WHERE is_start OR is_end)
WHERE is_start;

--- query Q5 lists plain
WITH g AS (SELECT list_sort(list(ts)) AS a FROM {t} GROUP BY {p}),
b AS (SELECT a, list_concat([1], list_filter(range(2, len(a) + 1),
                                             i -> a[i] - a[i - 1] > 1800000)) AS st
      FROM g),
e AS (SELECT unnest(list_transform(range(1, len(st) + 1), j ->
               (CASE WHEN j = len(st) THEN a[len(a)] ELSE a[st[j + 1] - 1] END)
               - a[st[j]])) AS d
      FROM b)
SELECT count(*), quantile_disc(d, 0.5) FROM e;

--- query Q5 key plain in person_int event_int arrival_int
WITH n AS (SELECT (uid::BIGINT << 42) | ts AS k FROM {t}),
e AS (SELECT k, lag(k) OVER (ORDER BY k) AS p FROM n),
d AS (SELECT k, lead(p) OVER (ORDER BY k) AS q FROM e
      WHERE p IS NULL OR k - p > 1800000)
SELECT count(*), quantile_disc(coalesce(q, (SELECT max(k) FROM n)) - k, 0.5) FROM d;

--- query Q5 streamed plain in person_int
WITH n AS (SELECT (uid::BIGINT << 42) | ts AS k FROM {t}),
e AS (SELECT k, lag(k) OVER () AS p FROM n),
d AS (SELECT k, lead(p) OVER () AS q FROM e WHERE p IS NULL OR k - p > 1800000)
SELECT count(*), quantile_disc(coalesce(q, (SELECT max(k) FROM n)) - k, 0.5) FROM d;

--- query Q5 streamed scan in person_int
WITH n AS (SELECT (uid::BIGINT << 42) | ts AS k, {filter} AS g FROM {t}),
e AS (SELECT k, lag(k) OVER () AS p,
             sum(g::INTEGER) OVER (ROWS UNBOUNDED PRECEDING) - g::INTEGER AS c FROM n),
d AS (SELECT k, lead(p) OVER () AS q, c, lead(c) OVER () AS next FROM e
      WHERE p IS NULL OR k - p > 1800000)
SELECT count(*), quantile_disc(coalesce(q, (SELECT max(k) FROM n)) - k, 0.5) FROM d
WHERE coalesce(next, (SELECT count(*) FROM n WHERE g)) > c;

--- query Q5 numbered scan
WITH m AS (SELECT {p}, ts, duration, coalesce(ts - lag(ts) OVER w > 1800000, true) AS st
           FROM {t} WINDOW w AS (PARTITION BY {p} ORDER BY ts)),
s AS (SELECT {p}, ts, duration, sum(st::INTEGER) OVER (PARTITION BY {p} ORDER BY ts
             ROWS UNBOUNDED PRECEDING) AS k FROM m),
d AS (SELECT max(ts) - min(ts) AS d FROM s GROUP BY {p}, k HAVING bool_or({filter}))
SELECT count(*), quantile_disc(d, 0.5) FROM d;

--- query Q6 group plain
SELECT person, f, l, n
FROM (SELECT {p}, min(ts) AS f, max(ts) AS l, count(*) FILTER (ts >= {since}) AS n
      FROM {t} WHERE event = 'login' GROUP BY {p}) {names};

--- query Q6 group scan
SELECT person, f, l, n
FROM (SELECT {p}, min(ts) AS f, max(ts) AS l, count(*) AS n
      FROM {t} WHERE event = 'login' {and} GROUP BY {p}) {names};

--- query Q6sums group plain
SELECT count(*), sum(f), sum(l), sum(n)
FROM (SELECT {p}, min(ts) AS f, max(ts) AS l, count(*) FILTER (ts >= {since}) AS n
      FROM {t} WHERE event = 'login' GROUP BY {p});

--- query Q7 asof
WITH s1 AS (SELECT {p}, ts FROM {t} WHERE event = 'view_item' AND plan = 'pro' {and}),
s2 AS (SELECT e.{p}, e.ts, a.ts AS s
       FROM (SELECT {p}, ts FROM {t} WHERE event = 'add_to_cart' AND plan = 'pro' {and}) e
       ASOF JOIN s1 a ON e.{p} = a.{p} AND e.ts >= a.ts WHERE e.ts - a.ts <= 604800000),
s3 AS (SELECT e.{p}, e.ts, a.s
       FROM (SELECT {p}, ts FROM {t}
             WHERE event = 'begin_checkout' AND plan = 'pro' {and}) e
       ASOF JOIN s2 a ON e.{p} = a.{p} AND e.ts >= a.ts WHERE e.ts - a.s <= 604800000),
s4 AS (SELECT e.{p}, e.ts, a.s
       FROM (SELECT {p}, ts FROM {t} WHERE event = 'purchase' AND plan = 'pro' {and}) e
       ASOF JOIN s3 a ON e.{p} = a.{p} AND e.ts >= a.ts WHERE e.ts - a.s <= 604800000),
lv AS (SELECT {p}, max(l) AS l
       FROM (SELECT DISTINCT {p}, 1 AS l FROM s1 UNION ALL SELECT DISTINCT {p}, 2 FROM s2
             UNION ALL SELECT DISTINCT {p}, 3 FROM s3
             UNION ALL SELECT DISTINCT {p}, 4 FROM s4)
       GROUP BY {p}),
cc AS (SELECT {p}, arg_min(country, ts) AS c FROM {t}
       WHERE event = 'view_item' AND plan = 'pro' {and} GROUP BY {p})
SELECT c::VARCHAR, count(*) FILTER (l >= 1), count(*) FILTER (l >= 2),
       count(*) FILTER (l >= 3), count(*) FILTER (l >= 4)
FROM lv JOIN cc USING ({p}) GROUP BY c;

--- query Q7 window
WITH f AS (SELECT {p}, ts, event, country FROM {t}
           WHERE event IN ('view_item', 'add_to_cart', 'begin_checkout', 'purchase')
             AND plan = 'pro' {and}),
a AS (SELECT *, max(CASE WHEN event = 'view_item' THEN ts END) OVER w AS s1 FROM f
      WINDOW w AS (PARTITION BY {p} ORDER BY ts ROWS UNBOUNDED PRECEDING)),
b AS (SELECT *, max(CASE WHEN event = 'add_to_cart' AND ts - s1 <= 604800000 THEN s1 END)
        OVER w AS s2 FROM a
      WINDOW w AS (PARTITION BY {p} ORDER BY ts ROWS UNBOUNDED PRECEDING)),
c AS (SELECT *, max(CASE WHEN event = 'begin_checkout' AND ts - s2 <= 604800000
                    THEN s2 END) OVER w AS s3 FROM b
      WINDOW w AS (PARTITION BY {p} ORDER BY ts ROWS UNBOUNDED PRECEDING)),
l AS (SELECT max(CASE WHEN event = 'purchase' AND ts - s3 <= 604800000 THEN 4
                      WHEN event = 'begin_checkout' AND ts - s2 <= 604800000 THEN 3
                      WHEN event = 'add_to_cart' AND ts - s1 <= 604800000 THEN 2
                      WHEN event = 'view_item' THEN 1 ELSE 0 END) AS l,
             arg_min(country, ts) FILTER (event = 'view_item') AS c
      FROM c GROUP BY {p})
SELECT c::VARCHAR, count(*) FILTER (l >= 1), count(*) FILTER (l >= 2),
       count(*) FILTER (l >= 3), count(*) FILTER (l >= 4)
FROM l WHERE l >= 1 GROUP BY c;

--- query Q7 streamed in person_int
WITH f AS (SELECT (uid::BIGINT << 42) | ts AS k, event, country FROM {t}
           WHERE event IN ('view_item', 'add_to_cart', 'begin_checkout', 'purchase')
             AND plan = 'pro' {and}),
a AS (SELECT *, max(CASE WHEN event = 'view_item' THEN k END)
        OVER (ROWS UNBOUNDED PRECEDING) AS s1 FROM f),
b AS (SELECT *, max(CASE WHEN event = 'add_to_cart' AND k - s1 <= 604800000 THEN s1 END)
        OVER (ROWS UNBOUNDED PRECEDING) AS s2 FROM a),
c AS (SELECT *, max(CASE WHEN event = 'begin_checkout' AND k - s2 <= 604800000
                    THEN s2 END) OVER (ROWS UNBOUNDED PRECEDING) AS s3 FROM b),
l AS (SELECT max(CASE WHEN event = 'purchase' AND k - s3 <= 604800000 THEN 4
                      WHEN event = 'begin_checkout' AND k - s2 <= 604800000 THEN 3
                      WHEN event = 'add_to_cart' AND k - s1 <= 604800000 THEN 2
                      WHEN event = 'view_item' THEN 1 ELSE 0 END) AS l,
             arg_min(country, k) FILTER (event = 'view_item') AS c
      FROM c GROUP BY k >> 42)
SELECT c::VARCHAR, count(*) FILTER (l >= 1), count(*) FILTER (l >= 2),
       count(*) FILTER (l >= 3), count(*) FILTER (l >= 4)
FROM l WHERE l >= 1 GROUP BY c;
