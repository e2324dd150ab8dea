-- Sections as in duckdb.sql. On layouts whose key begins with the person or the event
-- every query runs with and without aggregation in the order of the key.

--- load
CREATE DATABASE bench;
CREATE TABLE bench.events (ts UInt64, person String, event LowCardinality(String),
  url LowCardinality(String), element LowCardinality(String), session UInt64,
  country LowCardinality(String), plan LowCardinality(String), duration UInt32)
  ENGINE = MergeTree ORDER BY tuple();
INSERT INTO bench.events
  SELECT time, person, name, url, element.id,
         reinterpretAsUInt64(reverse(unhex(session))), context.country, properties.plan,
         properties.duration
  FROM file('{file}', 'JSONEachRow',
            'time UInt64, person String, name String, url String,
             element Tuple(id String), session String,
             properties Tuple(plan String, duration UInt32),
             context Tuple(country String)');
CREATE TABLE bench.people (person String, uid UInt32)
  ENGINE = MergeTree ORDER BY uid;
INSERT INTO bench.people
  SELECT person, row_number() OVER (ORDER BY person) - 1
  FROM (SELECT DISTINCT person FROM bench.events);

--- each layout after
OPTIMIZE TABLE bench.{layout} FINAL;

--- layout person: sorted by person and time, LZ4, string id
CREATE TABLE bench.person (ts UInt64, person String, event LowCardinality(String),
  url LowCardinality(String), element LowCardinality(String), session UInt64,
  country LowCardinality(String), plan LowCardinality(String), duration UInt32)
  ENGINE = MergeTree ORDER BY (person, ts);
INSERT INTO bench.person
  SELECT ts, person, event, url, element, session, country, plan, duration
  FROM bench.events ORDER BY person, ts;

--- layout person_int: sorted by person and time, LZ4, integer id
CREATE TABLE bench.person_int (ts UInt64, uid UInt32, event LowCardinality(String),
  url LowCardinality(String), element LowCardinality(String), session UInt64,
  country LowCardinality(String), plan LowCardinality(String), duration UInt32)
  ENGINE = MergeTree ORDER BY (uid, ts);
INSERT INTO bench.person_int
  SELECT ts, uid, event, url, element, session, country, plan, duration
  FROM bench.events JOIN bench.people USING (person) ORDER BY uid, ts;

--- layout person_zstd: sorted by person and time, ZSTD(3) and T64, integer id
CREATE TABLE bench.person_zstd (ts UInt64 CODEC(T64, ZSTD(3)),
  uid UInt32 CODEC(T64, ZSTD(3)), event LowCardinality(String) CODEC(ZSTD(3)),
  url LowCardinality(String) CODEC(ZSTD(3)),
  element LowCardinality(String) CODEC(ZSTD(3)),
  session UInt64 CODEC(ZSTD(3)), country LowCardinality(String) CODEC(ZSTD(3)),
  plan LowCardinality(String) CODEC(ZSTD(3)), duration UInt32 CODEC(T64, ZSTD(3)))
  ENGINE = MergeTree ORDER BY (uid, ts);
INSERT INTO bench.person_zstd SELECT * FROM bench.person_int;

--- layout event_int: sorted by event, person and time, LZ4, integer id
CREATE TABLE bench.event_int (ts UInt64, uid UInt32, event LowCardinality(String),
  url LowCardinality(String), element LowCardinality(String), session UInt64,
  country LowCardinality(String), plan LowCardinality(String), duration UInt32)
  ENGINE = MergeTree ORDER BY (event, uid, ts);
INSERT INTO bench.event_int SELECT * FROM bench.person_int;

--- layout arrival: sorted by time, LZ4, string id
CREATE TABLE bench.arrival (ts UInt64, person String, event LowCardinality(String),
  url LowCardinality(String), element LowCardinality(String), session UInt64,
  country LowCardinality(String), plan LowCardinality(String), duration UInt32)
  ENGINE = MergeTree ORDER BY ts;
INSERT INTO bench.arrival SELECT * FROM bench.events;

--- layout arrival_int: sorted by time, LZ4, integer id
CREATE TABLE bench.arrival_int (ts UInt64, uid UInt32, event LowCardinality(String),
  url LowCardinality(String), element LowCardinality(String), session UInt64,
  country LowCardinality(String), plan LowCardinality(String), duration UInt32)
  ENGINE = MergeTree ORDER BY ts;
INSERT INTO bench.arrival_int SELECT * FROM bench.person_int;

--- layout posthog: the order, partitions and types of PostHog's table of events
CREATE TABLE bench.posthog (team_id Int64, timestamp DateTime64(3, 'UTC'), ts UInt64,
  person String, event String, url String, element String, session UInt64,
  country String, plan String, duration UInt32)
  ENGINE = MergeTree PARTITION BY toYYYYMM(timestamp)
  ORDER BY (team_id, toDate(timestamp), event, cityHash64(person));
INSERT INTO bench.posthog
  SELECT 1, fromUnixTimestamp64Milli(ts, 'UTC'), ts, person, event, url, element, session,
         country, plan, duration
  FROM bench.events;

--- finish
DROP TABLE bench.events SYNC;

--- ingest
CREATE DATABASE IF NOT EXISTS bench;
CREATE TABLE bench.ingested (time UInt64, person String, name LowCardinality(String),
  url LowCardinality(String), element Tuple(id String), session String,
  context Tuple(country LowCardinality(String)),
  properties Tuple(plan LowCardinality(String), duration UInt32), id String)
  ENGINE = MergeTree ORDER BY (person, time)
  SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

--- query Q1 group
SELECT event, count() FROM {t} {where} GROUP BY event;

--- query Q2 exact
SELECT intDiv(ts, 86400000) AS day, uniqExact({p}) FROM {t} WHERE ts >= {since} {and}
GROUP BY day;

--- query Q3 window_funnel
SELECT countIf(l >= 1), countIf(l >= 2), countIf(l >= 3), countIf(l >= 4)
FROM (SELECT windowFunnel(604800000)(ts, event = 'view_item', event = 'add_to_cart',
                                     event = 'begin_checkout', event = 'purchase') AS l
      FROM {t}
      WHERE event IN ('view_item', 'add_to_cart', 'begin_checkout', 'purchase') {and}
      GROUP BY {p});

--- query Q4 bits
SELECT first + {week0}, countIf(bitTest(m, first)), countIf(bitTest(m, first + 1)),
       countIf(bitTest(m, first + 2)), countIf(bitTest(m, first + 3)),
       countIf(bitTest(m, first + 4)), countIf(bitTest(m, first + 5)),
       countIf(bitTest(m, first + 6)), countIf(bitTest(m, first + 7))
FROM (SELECT intDiv(min(ts) - {week0_ms}, 604800000) AS first,
             groupBitOr(bitShiftLeft(toUInt64(1), intDiv(ts - {week0_ms}, 604800000)))
               AS m
      FROM {t} {where} GROUP BY {p})
GROUP BY first;

--- query Q5 arrays plain
SELECT count(), quantileExactLow(0.5)(d)
FROM (SELECT arrayJoin(arrayMap(x -> x[-1] - x[1],
                                arraySplit((x, y) -> y > 1800000, a,
                                           arrayDifference(a)))) AS d
      FROM (SELECT arraySort(groupArray(toInt64(ts))) AS a FROM {t} GROUP BY {p}));

--- query Q5 arrays_of_64_people plain in person_int person_zstd
SELECT count(), quantileExactLow(0.5)(d)
FROM (SELECT arrayJoin(arrayMap(x -> x[-1] - x[1],
                                arraySplit((x, y) -> y > 1800000, a,
                                           arrayDifference(a)))) AS d
      FROM (SELECT arraySort(groupArray(toInt64(uid) * 4398046511104 + ts)) AS a
            FROM {t} GROUP BY intDiv(uid, 64)));

--- query Q5 arrays scan
SELECT count(), quantileExactLow(0.5)(d)
FROM (SELECT arrayJoin(arrayMap(x -> intDiv(x[-1], 4) - intDiv(x[1], 4),
               arrayFilter(x -> arrayExists(v -> bitAnd(v, 1) = 1, x),
                           arraySplit((x, y) -> y > 7200002, a,
                                      arrayDifference(a))))) AS d
      FROM (SELECT arraySort(groupArray(toInt64(ts * 4 + ({filter})))) AS a
            FROM {t} GROUP BY {p}));

--- query Q6 group plain
SELECT person, f, l, n
FROM (SELECT {p}, min(ts) AS f, max(ts) AS l, countIf(ts >= {since}) AS n
      FROM {t} WHERE event = 'login' GROUP BY {p}) AS g {names};

--- query Q6 group scan
SELECT person, f, l, n
FROM (SELECT {p}, min(ts) AS f, max(ts) AS l, count() AS n
      FROM {t} WHERE event = 'login' {and} GROUP BY {p}) AS g {names};

--- query Q6sums group plain
SELECT count(), sum(f), sum(l), sum(n)
FROM (SELECT {p}, min(ts) AS f, max(ts) AS l, countIf(ts >= {since}) AS n
      FROM {t} WHERE event = 'login' GROUP BY {p});

--- query Q7 window_funnel
SELECT c, countIf(l >= 1), countIf(l >= 2), countIf(l >= 3), countIf(l >= 4)
FROM (SELECT argMinIf(country, ts, event = 'view_item') AS c,
             windowFunnel(604800000)(ts, event = 'view_item', event = 'add_to_cart',
                                     event = 'begin_checkout', event = 'purchase') AS l
      FROM {t}
      WHERE event IN ('view_item', 'add_to_cart', 'begin_checkout', 'purchase')
        AND plan = 'pro' {and}
      GROUP BY {p})
WHERE l >= 1 GROUP BY c;
