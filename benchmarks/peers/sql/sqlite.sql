-- Sections as in duckdb.sql.

--- load
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -1000000;
PRAGMA temp_store = MEMORY;
CREATE TABLE events(ts INTEGER, person TEXT, event TEXT, url TEXT, element TEXT,
                    session TEXT, country TEXT, plan TEXT, duration INTEGER, id TEXT);

--- layout person: clustered by person and time, string id
ATTACH '{dir}/person.db' AS person;
PRAGMA person.synchronous = OFF;
PRAGMA person.cache_size = -1000000;
PRAGMA person.mmap_size = 8000000000;
CREATE TABLE person.ev(person TEXT, ts INTEGER, event TEXT, url TEXT, element TEXT,
                       session TEXT, country TEXT, plan TEXT, duration INTEGER,
                       PRIMARY KEY (person, ts)) WITHOUT ROWID;
INSERT INTO person.ev
  SELECT person, ts, event, url, element, session, country, plan, duration
  FROM events ORDER BY person, ts;

--- finish
DROP TABLE events;

--- ingest
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE ingested(ts INTEGER, person TEXT, event TEXT, url TEXT, element TEXT,
                      session TEXT, country TEXT, plan TEXT, duration INTEGER, id TEXT);

--- query Q1 group
SELECT event, count(*) FROM {t} {where} GROUP BY event;

--- query Q2 distinct
SELECT ts / 86400000 AS day, count(DISTINCT {p}) FROM {t} WHERE ts >= {since} {and}
GROUP BY day;

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
SELECT sum(l >= 1), sum(l >= 2), sum(l >= 3), sum(l >= 4) FROM l;

--- query Q4 bits
SELECT first + {week0}, sum((m >> first) & 1), sum((m >> (first + 1)) & 1),
       sum((m >> (first + 2)) & 1), sum((m >> (first + 3)) & 1),
       sum((m >> (first + 4)) & 1), sum((m >> (first + 5)) & 1),
       sum((m >> (first + 6)) & 1), sum((m >> (first + 7)) & 1)
FROM (SELECT min(w) AS first, sum(1 << w) AS m
      FROM (SELECT DISTINCT {p}, (ts - {week0_ms}) / 604800000 AS w FROM {t} {where})
      GROUP BY {p})
GROUP BY first;

--- query Q5 numbered plain
WITH m AS (SELECT {p}, ts, ts - lag(ts) OVER (PARTITION BY {p} ORDER BY ts) AS gap
           FROM {t}),
s AS (SELECT {p}, ts, sum(gap IS NULL OR gap > 1800000)
             OVER (PARTITION BY {p} ORDER BY ts ROWS UNBOUNDED PRECEDING) AS k FROM m),
d AS (SELECT max(ts) - min(ts) AS d FROM s GROUP BY {p}, k)
SELECT n, d FROM (SELECT d, row_number() OVER (ORDER BY d) AS i, count(*) OVER () AS n
                  FROM d)
WHERE i = (n + 1) / 2;

--- query Q5 numbered scan
WITH m AS (SELECT {p}, ts, duration,
                  ts - lag(ts) OVER (PARTITION BY {p} ORDER BY ts) AS gap FROM {t}),
s AS (SELECT {p}, ts, duration, sum(gap IS NULL OR gap > 1800000)
             OVER (PARTITION BY {p} ORDER BY ts ROWS UNBOUNDED PRECEDING) AS k FROM m),
d AS (SELECT max(ts) - min(ts) AS d FROM s GROUP BY {p}, k HAVING max({filter}))
SELECT n, d FROM (SELECT d, row_number() OVER (ORDER BY d) AS i, count(*) OVER () AS n
                  FROM d)
WHERE i = (n + 1) / 2;

--- query Q6 group plain
SELECT person, min(ts), max(ts), sum(ts >= {since}) FROM {t} WHERE event = 'login'
GROUP BY {p};

--- query Q6 group scan
SELECT person, min(ts), max(ts), count(*) FROM {t} WHERE event = 'login' {and}
GROUP BY {p};

--- query Q6sums group plain
SELECT count(*), sum(f), sum(l), sum(n)
FROM (SELECT min(ts) AS f, max(ts) AS l, sum(ts >= {since}) AS n FROM {t}
      WHERE event = 'login' GROUP BY {p});

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
l AS (SELECT {p}, max(CASE WHEN event = 'purchase' AND ts - s3 <= 604800000 THEN 4
                           WHEN event = 'begin_checkout' AND ts - s2 <= 604800000 THEN 3
                           WHEN event = 'add_to_cart' AND ts - s1 <= 604800000 THEN 2
                           WHEN event = 'view_item' THEN 1 ELSE 0 END) AS l
      FROM c GROUP BY {p}),
v AS (SELECT {p}, country, min(ts) FROM f WHERE event = 'view_item' GROUP BY {p})
SELECT v.country, count(*), sum(l >= 2), sum(l >= 3), sum(l >= 4)
FROM l JOIN v USING ({p}) GROUP BY v.country;
