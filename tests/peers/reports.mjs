// The built-in reports, computed by DuckDB from the raw events. Written from the
// documentation; shares nothing with Footfall.

/**
 * SQL that reads the NDJSON file into the tables that the reports select from:
 * `event` (accepted, of a known person, in a session), `visit` (sessions).
 * @param {{file: string, nowMs: number, level: 'content'|'interactions'}} options
 */
export function prepare({file, nowMs, level}) {
  const types = level === 'content' ?
      `'content', 'track', 'identify', 'alias'` :
      `'click', 'page_view', 'input', 'keystroke', 'submit', 'select', 'content', 'track',
       'identify', 'alias'`;
  return `
CREATE OR REPLACE TABLE raw AS
  SELECT * FROM read_json('${file}', format = 'newline_delimited', columns = {
    id: 'VARCHAR', time: 'BIGINT', seq: 'BIGINT', person: 'VARCHAR', anonymous: 'VARCHAR',
    session: 'VARCHAR', type: 'VARCHAR', name: 'VARCHAR', url: 'VARCHAR',
    title: 'VARCHAR',
    context: 'STRUCT(country VARCHAR, region VARCHAR, city VARCHAR, browser VARCHAR,
                     browser_version VARCHAR, os VARCHAR)',
    element: 'STRUCT(tag VARCHAR, id VARCHAR, class VARCHAR, text VARCHAR,
                     label VARCHAR)',
    properties: 'STRUCT(plan VARCHAR, duration BIGINT, content_id VARCHAR,
                        content_name VARCHAR, course_id VARCHAR, score DOUBLE,
                        comment VARCHAR, message VARCHAR)'});

-- The row number of a table is the order in which the file was read.
CREATE OR REPLACE TABLE collected AS
  SELECT rowid AS arrival, * FROM raw
  WHERE type IN (${types})
    AND (person IS NOT NULL OR anonymous IS NOT NULL)
    AND time BETWEEN ${nowMs} - 365 * 86400000::BIGINT AND ${nowMs} + 86400000::BIGINT;

-- The first to link an anonymous id; a link to another person is rejected.
CREATE OR REPLACE TABLE link AS
  SELECT anonymous, arg_min(person, arrival) AS person FROM collected
  WHERE type IN ('alias', 'identify') AND person IS NOT NULL AND anonymous IS NOT NULL
  GROUP BY anonymous;

CREATE OR REPLACE TABLE accepted AS
  SELECT * FROM collected c
  WHERE NOT (type IN ('alias', 'identify') AND person IS NOT NULL
             AND EXISTS (FROM link l WHERE l.anonymous = c.anonymous
                         AND l.person <> c.person))
  QUALIFY id IS NULL OR row_number() OVER (PARTITION BY id ORDER BY arrival) = 1;

-- Ids in the order in which they were first met; ties in time go by it.
CREATE OR REPLACE TABLE code AS
  SELECT id, row_number() OVER (ORDER BY first, kind) AS code
  FROM (SELECT person AS id, min(arrival) AS first, 0 AS kind
        FROM accepted WHERE person IS NOT NULL GROUP BY person
        UNION ALL
        SELECT 'anonymous:' || anonymous, min(arrival), 1
        FROM accepted WHERE anonymous IS NOT NULL GROUP BY anonymous);

-- Of one person, what a linked anonymous id sent comes before what the person did.
CREATE OR REPLACE TABLE activity AS
  SELECT coalesce(a.person, l.person, 'anonymous:' || a.anonymous) AS person,
         CASE WHEN a.person IS NULL AND l.person IS NOT NULL THEN
           (SELECT code FROM code c WHERE c.id = 'anonymous:' || a.anonymous)
         ELSE 1e15::BIGINT END AS stream,
         properties.plan AS plan, properties.duration AS duration,
         properties.content_id AS content_id, properties.content_name AS content_name,
         properties.course_id AS course_id, properties.score AS score,
         properties.comment AS comment, properties.message AS message,
         nullif(coalesce(element.tag, '') || CASE
           WHEN element.id <> '' THEN '#' || element.id
           ELSE coalesce(regexp_replace('.' || nullif(trim(element.class), ''), '\\s+',
                                        '.', 'g'), '')
                || coalesce(' "' || coalesce(nullif(element.text, ''),
                                             nullif(element.label, '')) || '"', '')
           END, '') AS element,
         time, coalesce(seq, 0) AS seq, arrival, type, name, title, session AS host_id,
         regexp_replace(regexp_replace(url, '[?#].*$', ''), '://[^/@]*@', '://') AS page,
         nullif(context.country, '') AS country, nullif(context.region, '') AS region,
         nullif(context.city, '') AS city, nullif(context.browser, '') AS browser,
         nullif(context.browser_version, '') AS browser_version,
         nullif(context.os, '') AS os
  FROM accepted a LEFT JOIN link l ON a.person IS NULL AND l.anonymous = a.anonymous
  WHERE type NOT IN ('identify', 'alias');

-- Runs of events without a host's session id: first the islands between gaps of more than
-- 30 minutes, then, in each, a cut wherever the run would reach 12 hours.
CREATE OR REPLACE TABLE island AS
  SELECT person, time, sum(opens) OVER (PARTITION BY person ORDER BY time) AS number
  FROM (SELECT person, time,
               (time - lag(time, 1, -1e15::BIGINT)
                         OVER (PARTITION BY person ORDER BY time) > 1800000)::INT AS opens
        FROM (SELECT DISTINCT person, time FROM activity WHERE host_id IS NULL));

CREATE OR REPLACE TABLE run AS
  WITH RECURSIVE start AS (
    SELECT person, number, min(time) AS start FROM island GROUP BY ALL
    UNION ALL
    SELECT s.person, s.number, min(i.time)
    FROM start s JOIN island i USING (person, number)
    WHERE i.time >= s.start + 43200000
    GROUP BY ALL)
  SELECT DISTINCT person, start FROM start;

CREATE OR REPLACE TABLE event AS
  SELECT e.*, {t: time, s: seq, m: stream, a: arrival} AS key,
         {t: time, c: code, s: seq, m: stream, a: arrival} AS global_key
  FROM (SELECT * EXCLUDE (host_id), 'host ' || host_id AS session, host_id AS shown
        FROM activity WHERE host_id IS NOT NULL
        UNION ALL
        SELECT a.* EXCLUDE (host_id), 'run ' || r.start,
               a.person || '/' || strftime(make_timestamp(r.start * 1000),
                                           '%Y-%m-%dT%H:%M:%S.%gZ')
        FROM (FROM activity WHERE host_id IS NULL) a
        ASOF JOIN run r ON r.person = a.person AND a.time >= r.start) e
  JOIN code c ON c.id = e.person;

CREATE OR REPLACE TABLE visit AS
  SELECT person, session, any_value(shown) AS shown,
         min(time) AS start, max(time) AS stop, count(*) AS events,
         count(*) FILTER (type = 'page_view') AS pages,
         arg_min(page, key) FILTER (type = 'page_view' AND page IS NOT NULL)
           AS entry_page,
         arg_max(page, key) FILTER (type = 'page_view' AND page IS NOT NULL)
           AS exit_page,
         arg_max(country, key) FILTER (country IS NOT NULL) AS country,
         arg_max(browser, key) FILTER (browser IS NOT NULL) AS browser,
         arg_max(os, key) FILTER (os IS NOT NULL) AS os
  FROM event GROUP BY person, session;
`;
}

/**
 * Per report its SQL and, by column, how a value is printed in NDJSON; whether it needs the
 * level of interactions. Only events that satisfy `condition` make accounts active.
 */
export function reports({nowMs, condition = 'true'}) {
  return {
    logins: {
      columns: {person: 'text', first_login: 'time', last_login: 'time',
                logins_last_30_days: 'number'},
      sql: `
        SELECT person, min(start), max(start),
               count(*) FILTER (start BETWEEN ${nowMs} - 30 * 86400000::BIGINT
                                          AND ${nowMs})
        FROM visit GROUP BY person ORDER BY person`,
    },
    sessions: {
      columns: {session: 'text', person: 'text', start: 'time', end: 'time',
                duration_ms: 'number', events: 'number', pages: 'number',
                entry_page: 'text', exit_page: 'text', country: 'text', browser: 'text',
                os: 'text', playable: 'boolean', not_playable_reason: 'text'},
      sql: `
        SELECT shown, person, start, stop, stop - start, events, pages, entry_page,
               exit_page, country, browser, os, false, 'not recorded'
        FROM visit ORDER BY start, person, shown`,
    },
    'page-views': {
      interactions: true,
      columns: {page: 'text', title: 'text', views: 'number', people: 'number',
                sessions: 'number', entries: 'number', exits: 'number',
                first_time: 'time', last_time: 'time'},
      sql: `
        SELECT page,
               arg_max(title, global_key) FILTER (title IS NOT NULL),
               count(*) AS views, count(DISTINCT person),
               count(DISTINCT {p: person, s: session}),
               (SELECT count(*) FROM visit v WHERE v.entry_page = e.page),
               (SELECT count(*) FROM visit v WHERE v.exit_page = e.page),
               min(time), max(time)
        FROM event e WHERE type = 'page_view'
        GROUP BY page ORDER BY views DESC, page NULLS LAST`,
    },
    users: {
      columns: {person: 'text', identified: 'boolean', account: 'text',
                first_seen: 'time', last_seen: 'time', sessions: 'number',
                total_duration_ms: 'number', avg_duration_ms: 'number',
                avg_between_sessions_ms: 'number', events: 'number', country: 'text',
                region: 'text', city: 'text', browser: 'text', browser_version: 'text',
                os: 'text'},
      sql: `
        WITH visits AS (
          SELECT person, sum(events)::BIGINT AS events, count(*) AS sessions,
                 sum(stop - start)::BIGINT AS duration,
                 sum(greatest(next - stop, 0))::BIGINT AS between_them
          FROM (SELECT *, lead(start) OVER (PARTITION BY person ORDER BY start, stop)
                            AS next
                FROM visit)
          GROUP BY person),
        latest AS (
          SELECT person, min(time) AS first_seen, max(time) AS last_seen,
                 ${['country', 'region', 'city', 'browser', 'browser_version', 'os']
                     .map((field) => `arg_max(${field}, {t: time, s: seq, a: arrival})
                                        FILTER (${field} IS NOT NULL) AS ${field}`)
                     .join(', ')}
          FROM event GROUP BY person)
        SELECT person, NOT starts_with(person, 'anonymous:'),
               lower(nullif(regexp_extract(person, '@(.+)$', 1), '')),
               first_seen, last_seen, sessions, duration,
               (2 * duration + sessions) // (2 * sessions),
               (2 * between_them + sessions - 1) // (2 * nullif(sessions - 1, 0)),
               events, country, region, city, browser, browser_version, os
        FROM visits JOIN latest USING (person) ORDER BY person`,
    },
    nps: {
      columns: {person: 'text', score: 'number', category: 'text', answered_at: 'time',
                has_comment: 'boolean'},
      sql: `
        SELECT person, score::BIGINT,
               CASE WHEN score >= 9 THEN 'promoter' WHEN score >= 7 THEN 'passive'
                    ELSE 'detractor' END,
               time, coalesce(comment <> '', false)
        FROM event
        WHERE type = 'content' AND name = 'survey.submitted'
          AND score BETWEEN 0 AND 10 AND score = floor(score)
        QUALIFY row_number() OVER (PARTITION BY person ORDER BY key DESC) = 1
        ORDER BY person`,
    },
    onboarding: {
      columns: {person: 'text', tasks_completed: 'number', tasks_total: 'number',
                completion_rate: 'number', completed_at: 'time'},
      sql: `
        WITH task AS (
          SELECT person, content_id,
                 min(time) FILTER (name = 'task.completed') AS completed
          FROM event WHERE type = 'content' AND starts_with(name, 'task.')
                       AND content_id IS NOT NULL
          GROUP BY ALL),
        total AS (SELECT count(DISTINCT content_id) AS n FROM task)
        SELECT person, count(completed), n, count(completed) / n,
               CASE WHEN count(completed) = n THEN max(completed) END
        FROM task, total GROUP BY person, n ORDER BY person`,
    },
    courses: {
      columns: {person: 'text', course_id: 'text', course_name: 'text',
                started_at: 'time', lessons_completed: 'number', lessons_total: 'number',
                progress: 'number', quiz_name: 'text', quiz_score: 'number',
                quiz_at: 'time', completed_at: 'time'},
      sql: `
        WITH attended AS (
          SELECT *, coalesce(course_id, CASE WHEN starts_with(name, 'course.')
                                             THEN content_id END) AS course
          FROM event
          WHERE type = 'content' AND name IN ('course.started', 'course.completed',
                                              'lesson.completed', 'quiz.submitted')),
        total AS (
          SELECT course, count(DISTINCT content_id) AS n FROM attended
          WHERE name = 'lesson.completed' GROUP BY course),
        quiz AS (
          SELECT person, course, arg_max({n: content_name, s: score, t: time}, key) AS last
          FROM attended WHERE name = 'quiz.submitted' AND score IS NOT NULL
          GROUP BY ALL),
        counted AS (
          SELECT person, course,
                 arg_max(content_name, key) FILTER (starts_with(name, 'course.') AND
                                                    content_name IS NOT NULL) AS named,
                 min(time) FILTER (name = 'course.started') AS started,
                 count(DISTINCT content_id) FILTER (name = 'lesson.completed') AS lessons,
                 min(time) FILTER (name = 'course.completed') AS completed
          FROM attended WHERE course IS NOT NULL GROUP BY ALL)
        SELECT person, course, named, started, lessons, coalesce(n, 0),
               lessons / nullif(n, 0), last.n, last.s, last.t, completed
        FROM counted LEFT JOIN total USING (course) LEFT JOIN quiz USING (person, course)
        ORDER BY person, course`,
    },
    content: {
      columns: {content_id: 'text', content_name: 'text', kind: 'text', shown: 'number',
                started: 'number', completed: 'number', people: 'number',
                completion_rate: 'number'},
      sql: `
        WITH content AS (
          SELECT *, split_part(name, '.', 1) AS kind,
                 regexp_replace(name, '^[^.]*\\.?', '') AS action
          FROM event WHERE type = 'content')
        SELECT content_id,
               arg_max(content_name, global_key) FILTER (content_name IS NOT NULL), kind,
               count(*) FILTER (action = 'shown'), count(*) FILTER (action = 'started'),
               count(*) FILTER (action IN ('completed', 'submitted')),
               count(DISTINCT person),
               count(DISTINCT person) FILTER (action IN ('completed', 'submitted'))
                 / count(DISTINCT person)
        FROM content GROUP BY kind, content_id
        ORDER BY kind NULLS LAST, content_id NULLS LAST`,
    },
    accounts: {
      columns: {account: 'text', people: 'number', active_last_30_days: 'number',
                sessions: 'number', events: 'number', first_seen: 'time',
                last_seen: 'time'},
      sql: `
        WITH visited AS (SELECT person, count(*) AS sessions FROM visit GROUP BY person),
        seen AS (
          SELECT person, count(*) AS events, min(time) AS first, max(time) AS last,
                 bool_or(${condition} AND
                         time BETWEEN ${nowMs} - 30 * 86400000::BIGINT AND ${nowMs})
                   AS active
          FROM event GROUP BY person)
        SELECT lower(nullif(regexp_extract(person, '@(.+)$', 1), '')) AS account,
               count(*), count(*) FILTER (active), sum(sessions)::BIGINT,
               sum(events)::BIGINT, min(first), max(last)
        FROM seen JOIN visited USING (person) GROUP BY account
        ORDER BY account NULLS LAST`,
    },
    'tracked-events': {
      columns: {name: 'text', events: 'number', people: 'number', sessions: 'number',
                first_time: 'time', last_time: 'time'},
      // As trackedEvents() defines them.
      sql: `
        SELECT 'of-content', count(*), count(DISTINCT person),
               count(DISTINCT {p: person, s: session}), min(time), max(time)
        FROM event WHERE type = 'content'
        UNION ALL
        SELECT 'scored', count(*), count(DISTINCT person),
               count(DISTINCT {p: person, s: session}), min(time), max(time)
        FROM event WHERE score >= 5`,
    },
    'rage-clicks': {
      interactions: true,
      columns: {page: 'text', element: 'text', bursts: 'number', clicks: 'number',
                people: 'number', sessions: 'number', first_time: 'time',
                last_time: 'time'},
      sql: `
        WITH click AS (
          SELECT *, coalesce(lead(time, 2) OVER alike - time <= 1000, false) AS opens
          FROM event WHERE type = 'click' AND element IS NOT NULL
          WINDOW alike AS (PARTITION BY person, session, page, element ORDER BY key)),
        quick AS (
          SELECT *, coalesce(lag(opens) OVER alike, false) OR
                    coalesce(lag(opens, 2) OVER alike, false) AS goes_on
          FROM click
          WINDOW alike AS (PARTITION BY person, session, page, element ORDER BY key))
        SELECT page, element, count(*) FILTER (opens AND NOT goes_on) AS bursts, count(*),
               count(DISTINCT person), count(DISTINCT {p: person, s: session}),
               min(time), max(time)
        FROM quick WHERE opens OR goes_on
        GROUP BY page, element ORDER BY bursts DESC, page NULLS LAST, element`,
    },
    'dead-clicks': {
      interactions: true,
      columns: {page: 'text', element: 'text', clicks: 'number', people: 'number',
                sessions: 'number', first_time: 'time', last_time: 'time'},
      sql: `
        WITH followed AS (
          SELECT *, lead(time) OVER later AS next,
                 min(CASE WHEN type <> 'click' THEN time END) OVER (
                   PARTITION BY person, session ORDER BY key
                   ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS other
          FROM event
          WINDOW later AS (PARTITION BY person, session ORDER BY key))
        SELECT page, element, count(*) AS clicks, count(DISTINCT person),
               count(DISTINCT {p: person, s: session}), min(time), max(time)
        FROM followed
        WHERE type = 'click' AND element IS NOT NULL AND next IS NOT NULL
          AND (other IS NULL OR other - time > 3000)
        GROUP BY page, element ORDER BY clicks DESC, page NULLS LAST, element`,
    },
    'script-errors': {
      columns: {message: 'text', page: 'text', events: 'number', people: 'number',
                sessions: 'number', first_time: 'time', last_time: 'time'},
      sql: `
        SELECT message, page, count(*) AS events, count(DISTINCT person),
               count(DISTINCT {p: person, s: session}), min(time), max(time)
        FROM event WHERE type = 'track' AND name = 'script_error'
        GROUP BY message, page ORDER BY events DESC, message, page NULLS LAST`,
    },
    'page-times': {
      interactions: true,
      columns: {page: 'text', views: 'number', people: 'number', median_ms: 'number',
                p90_ms: 'number'},
      sql: `
        WITH stay AS (
          SELECT page, person,
                 coalesce(lead(time) OVER (PARTITION BY person, session ORDER BY key),
                          stop) - time AS ms
          FROM event JOIN (SELECT person, session, stop FROM visit)
            USING (person, session)
          WHERE type = 'page_view')
        SELECT page, count(*) AS views, count(DISTINCT person),
               list_sort(list(ms))[ceil(count(*) * 0.5)::BIGINT],
               list_sort(list(ms))[ceil(count(*) * 90 / 100.0)::BIGINT]
        FROM stay GROUP BY page ORDER BY views DESC, page NULLS LAST`,
    },
    'active-users': {
      columns: {day: 'text', dau: 'number', wau: 'number', mau: 'number',
                new_people: 'number'},
      sql: `
        WITH active AS (SELECT DISTINCT person, make_timestamp(time * 1000)::DATE AS day
                        FROM event),
        days AS (SELECT DISTINCT day FROM active),
        fresh AS (SELECT person, min(day) AS day FROM active GROUP BY person)
        SELECT day::VARCHAR,
               (SELECT count(DISTINCT person) FROM active a WHERE a.day = d.day),
               (SELECT count(DISTINCT person) FROM active a
                WHERE a.day BETWEEN d.day - 6 AND d.day),
               (SELECT count(DISTINCT person) FROM active a
                WHERE a.day BETWEEN d.day - 29 AND d.day),
               (SELECT count(*) FROM fresh f WHERE f.day = d.day)
        FROM days d ORDER BY day`,
    },
  };
}

/** A rule, and the condition that says the same. */
export const rule = {
  json: {field: 'context.country', op: 'in', value: ['FR', 'US']},
  condition: `coalesce(country IN ('FR', 'US'), false)`,
};

/** What some of the reports are with that rule. */
export function reportsWithRule({nowMs}) {
  const {condition} = rule;
  const all = reports({nowMs, condition});
  const existing = `event AS (FROM main.event WHERE ${condition})`;
  const ofListed = `
    listed AS (SELECT DISTINCT person FROM main.event WHERE ${condition}),
    event AS (FROM main.event WHERE person IN (FROM listed)),
    visit AS (FROM main.visit WHERE person IN (FROM listed))`;
  const tables = {
    logins: `visit AS (
      FROM main.visit v WHERE EXISTS (
        FROM main.event e
        WHERE e.person = v.person AND e.session = v.session AND ${condition}))`,
    'page-views': `${existing}, visit AS (
      SELECT person, session,
             arg_min(page, key) FILTER (type = 'page_view' AND page IS NOT NULL)
               AS entry_page,
             arg_max(page, key) FILTER (type = 'page_view' AND page IS NOT NULL)
               AS exit_page
      FROM event GROUP BY person, session)`,
    'active-users': existing,
    users: ofListed,
    accounts: ofListed,
  };
  // In the place of the tables that the SQL selects from.
  return Object.fromEntries(Object.entries(tables).map(([name, instead]) => {
    const {sql} = all[name];
    const rest = /^\s*WITH\s/.test(sql) ? sql.replace(/^\s*WITH\s/, ', ') : sql;
    return [name, {...all[name], sql: `WITH ${instead} ${rest}`}];
  }));
}

/** Definitions of the tracked events that the SQL counts. */
export const trackedEvents = [
  {version: 1, name: 'of-content',
   where: {field: 'event.type', op: 'is', value: 'content'}},
  {version: 1, name: 'scored', where: {field: 'properties.score', op: '>=', value: 5}},
];

/** The rows as the objects that `--format ndjson` prints. */
export function toObjects(rows, columns) {
  const entries = Object.entries(columns);
  return rows.map((row) => Object.fromEntries(entries.map(([name, type], i) => {
    const value = row[i];
    if (value === null) return [name, null];
    if (type === 'time') return [name, new Date(Number(value)).toISOString()];
    return [name, type === 'number' ? Number(value) : value];
  })));
}
