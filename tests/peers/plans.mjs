// Random definitions, each with DuckDB's SQL for the same question over the tables that
// `prepare` in reports.mjs makes. Written from the documentation; shares nothing with
// Footfall.

const DAY = 86_400_000;

/** mulberry32: numbers in [0, 1). */
export function makeRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Fields of definitions as columns of the table `event`. */
const FIELDS = {
  'event.name': 'name',
  'event.type': 'type',
  'event.url': 'page',
  'context.country': 'country',
  'context.browser': 'browser',
  'properties.plan': 'plan',
};

const quote = (text) => `'${text.replaceAll("'", "''")}'`;

/** The first instant of the local day that a date names, in ms. */
const dayStart = (date, zone) =>
    `epoch_ms(timezone('${zone}', TIMESTAMP '${date} 00:00:00'))`;

class Maker {
  constructor(random, {nowMs, names, countries}) {
    this.random = random;
    this.nowMs = nowMs;
    this.names = names;
    this.countries = countries;
  }

  below(n) { return Math.floor(this.random() * n); }
  chance(share) { return this.random() < share; }
  of(list) { return list[this.below(list.length)]; }

  /** The frequent names come more often. */
  name() { return this.names[Math.floor(this.random() ** 2 * this.names.length)]; }

  /** A rule and the same as SQL. */
  rule(depth = 1) {
    const pick = depth === 0 ? this.below(7) : this.below(10);
    if (pick < 2) {
      const name = this.name();
      return [{field: 'event.name', op: 'is', value: name},
              `(name IS NOT DISTINCT FROM ${quote(name)})`];
    }
    if (pick === 2) {
      const names = [this.name(), this.name(), this.name()];
      return [{field: 'event.name', op: 'in', value: names},
              `(coalesce(name, '') IN (${names.map(quote).join(', ')}))`];
    }
    if (pick === 3) {
      const country = this.of(this.countries);
      return [{field: 'context.country', op: 'is_not', value: country},
              `(country IS DISTINCT FROM ${quote(country)})`];
    }
    if (pick === 4) {
      const limit = this.of([100, 1000, 5000, 20_000]);
      const op = this.of(['<', '>=']);
      return [{field: 'properties.duration', op, value: limit},
              `coalesce(duration ${op} ${limit}, false)`];
    }
    if (pick === 5) {
      return [{field: 'event.url', op: 'contains', value: 'boards'},
              `coalesce(contains(page, 'boards'), false)`];
    }
    if (pick === 6) {
      return [{field: 'properties.plan', op: 'in', value: ['pro', 'free']},
              `coalesce(plan IN ('pro', 'free'), false)`];
    }
    const [a, aSql] = this.rule(depth - 1);
    if (pick === 9) return [{not: a}, `(NOT ${aSql})`];
    const [b, bSql] = this.rule(depth - 1);
    return pick === 7 ? [{all: [a, b]}, `(${aSql} AND ${bSql})`] :
                        [{any: [a, b]}, `(${aSql} OR ${bSql})`];
  }

  /** Whether somebody did something, as a rule and as SQL over an alias e. */
  did() {
    const name = this.name();
    const least = 1 + this.below(3);
    const within = this.of([null, 30, 120]);
    const recent = within === null ? '' :
        ` AND d.time BETWEEN ${this.nowMs - within * DAY} AND ${this.nowMs}`;
    const did = {where: {field: 'event.name', op: 'is', value: name}};
    if (least > 1) did.count = {op: '>=', value: least};
    if (within !== null) did.within = `${within}d`;
    return [{did}, `(person IN (SELECT d.person FROM event d WHERE d.name = ${quote(name)}
                     ${recent} GROUP BY d.person HAVING count(*) >= ${least}))`];
  }

  /**
   * What definitions have in common: range, zone, where, segment.
   * @returns {{definition: object, exists: string, zone: string, from: string,
   *            to: string}} `exists` is the condition on events.
   */
  frame(kind) {
    const definition = {version: 1, name: 'random', kind};
    let zone = 'UTC';
    if (this.chance(0.5)) {
      zone = definition.timezone =
          this.of(['Europe/Paris', 'America/St_Johns', 'Asia/Kathmandu']);
    }
    let from = '(-1e15)::BIGINT';
    let to = '1e15::BIGINT';
    if (this.chance(0.6)) {
      const date = (ms) => new Date(ms).toISOString().slice(0, 10);
      const start = this.nowMs - (20 + this.below(340)) * DAY;
      const end = start + (1 + this.below(120)) * DAY;
      definition.range = {from: date(start), to: date(end)};
      [from, to] = [dayStart(date(start), zone), dayStart(date(end), zone)];
    }
    const conditions = [`time >= ${from}`, `time < ${to}`];
    if (this.chance(0.4)) {
      const [rule, sql] = this.rule(2);
      definition.where = rule;
      conditions.push(sql);
    }
    if (this.chance(0.25)) {
      const [rule, sql] = this.did();
      definition.segment = rule;
      conditions.push(sql);
    }
    return {definition, exists: conditions.join(' AND '), conditions, zone, from, to};
  }

  bucket(kind, zone, time = 'time') {
    const local = `timezone('${zone}', make_timestamptz(${time} * 1000))`;
    if (kind !== 'hour') return `date_trunc('${kind}', ${local})::DATE::VARCHAR`;
    // Back from the local time to the instant by the event's own offset.
    return `(epoch_ms(date_trunc('hour', ${local})) + ${time} - epoch_ms(${local}))`;
  }

  table() {
    const {definition, exists, zone, from, to} = this.frame('table');
    const keys = [];
    const rows = [];
    const types = {};
    let sessions = '';
    for (let i = this.below(3); i > 0; --i) {
      const pick = this.below(8);
      if (pick === 0 && !rows.includes('person')) {
        rows.push('person');
        keys.push(['person', 'person', 'text']);
      } else if (pick === 1 && sessions === '') {
        rows.push('session');
        sessions = ` AND session_start >= ${from} AND session_start < ${to}`;
        keys.push(['session', 'any_value(shown)', 'text', '(person, session)']);
      } else if (pick < 5) {
        const bucket = this.of(['hour', 'day', 'week', 'month']);
        if (keys.some(([name]) => ['hour', 'day', 'week', 'month'].includes(name))) continue;
        rows.push({time: bucket});
        keys.push([bucket, this.bucket(bucket, zone), bucket === 'hour' ? 'time' : 'text']);
      } else {
        const field = this.of(Object.keys(FIELDS));
        if (keys.some(([name]) => name === field)) continue;
        rows.push({field});
        keys.push([field, FIELDS[field], 'text']);
      }
    }
    definition.rows = rows;
    definition.columns = [];
    const selected = keys.map(([name, sql, type]) => {
      types[name] = type;
      return `${sql} AS "${name}"`;
    });
    for (let i = 1 + this.below(4); i > 0; --i) {
      const column = {name: `c${i}`};
      let filter = '';
      if (this.chance(0.3)) {
        const [rule, sql] = this.rule(1);
        column.where = rule;
        filter = `FILTER (${sql})`;
      }
      const [agg, sql, type] = this.aggregate(column, filter, from, to);
      column.agg = agg;
      types[column.name] = type;
      definition.columns.push(column);
      selected.push(`${sql} AS ${column.name}`);
    }
    const grouped = keys.map(([, sql, , group]) => group ?? sql);
    return {
      definition,
      types,
      sql: `SELECT ${selected.join(', ')}
            FROM event JOIN (SELECT person, session, start AS session_start FROM visit)
              USING (person, session)
            WHERE ${exists}${sessions}
            ${grouped.length > 0 ? `GROUP BY ${grouped.join(', ')}` : ''}`,
    };
  }

  aggregate(column, filter, from, to) {
    const and = (condition) => filter === '' ? `FILTER (${condition})` :
        filter.replace(/\)$/, ` AND ${condition})`);
    switch (this.below(12)) {
      case 0:
        return ['count_people', `count(DISTINCT person) ${filter}`, 'number'];
      case 1:
        return ['count_sessions', `count(DISTINCT {p: person, s: session})
                  ${and(`session_start >= ${from} AND session_start < ${to}`)}`,
                'number'];
      case 2:
        column.of = this.of(Object.keys(FIELDS));
        return ['count_distinct', `count(DISTINCT ${FIELDS[column.of]}) ${filter}`,
                'number'];
      case 3:
        column.of = 'properties.duration';
        return ['sum', `coalesce(sum(duration) ${filter}, 0)::BIGINT`, 'number'];
      case 4: {
        column.of = 'properties.duration';
        const agg = this.of(['min', 'max', 'avg']);
        return [agg, `${agg}(duration) ${filter}`, 'number'];
      }
      case 5:
      case 6: {
        column.of = 'properties.duration';
        column.p = this.of([1, 25, 50, 90, 99, 100]);
        const values = `list(duration) ${and('duration IS NOT NULL')}`;
        return ['percentile', `list_sort(${values})[ceil(len(${values}) * ${column.p}
                  / 100.0)::BIGINT]`, 'number'];
      }
      case 7:
      case 8: {
        const agg = this.of(['first', 'last']);
        column.of = this.of(Object.keys(FIELDS));
        const sql = FIELDS[column.of];
        return [agg, `${agg === 'first' ? 'arg_min' : 'arg_max'}(${sql}, global_key)
                  ${and(`${sql} IS NOT NULL`)}`, 'text'];
      }
      case 9: {
        const agg = this.of(['first_time', 'last_time']);
        return [agg, `${agg === 'first_time' ? 'min' : 'max'}(time) ${filter}`, 'time'];
      }
      default:
        return ['count', `count(*) ${filter}`, 'number'];
    }
  }

  /**
   * Chains from every event of step 1 take the earliest event for each further step: the
   * only limits count from the chain's start, so that earlier is never worse.
   */
  funnel() {
    const {definition, exists} = this.frame('funnel');
    const order = this.of(['sequential', 'sequential', 'strict', 'any']);
    const count = 2 + this.below(3);
    const days = this.of([1, 7, 30]);
    Object.assign(definition, {order, window: `${days}d`, steps: []});
    const matches = [];
    for (let i = 1; i <= count; ++i) {
      const [rule, sql] = this.chance(0.8) ? this.rule(0) : this.rule(1);
      definition.steps.push({name: `step ${i}`, where: rule});
      matches.push(`${sql} AS m${i}`);
    }
    let excluded = 'false';
    if (this.chance(0.3)) [definition.exclude, excluded] = this.rule(0);
    const ctes = [`existing AS (
        SELECT person, time, country, ${matches.join(', ')}, ${excluded} AS excluded,
               row_number() OVER (PARTITION BY person ORDER BY key) AS pos
        FROM event WHERE ${exists})`,
      `barrier AS (SELECT person, pos FROM existing WHERE excluded)`,
      // Chains may go up to the first event that is excluded after their start.
      `c0 AS (
        SELECT s.person, s.country, s.pos AS start, s.time AS start_time,
               coalesce(b.pos, 1e15::BIGINT) AS last
        FROM existing s ASOF LEFT JOIN barrier b ON b.person = s.person AND b.pos > s.pos
        ${order === 'any' ? '' : 'WHERE s.m1'})`];
    for (let i = 1; i <= count; ++i) {
      const before = order === 'any' ? 'c.start' : i === 1 ? 'c.start' : `c.p${i - 1}`;
      const join = order === 'strict' ?
          `LEFT JOIN (FROM existing WHERE m${i}) e
             ON e.person = c.person AND e.pos = c.start + ${i - 1}` :
          `ASOF LEFT JOIN (FROM existing WHERE m${i}) e
             ON e.person = c.person AND e.pos ${order === 'any' || i === 1 ? '>=' : '>'}
                ${before}`;
      const reached = `e.time - c.start_time <= ${days * DAY} AND e.pos <= c.last
                       ${i === 1 ? '' : `AND c.p${i - 1} IS NOT NULL`}`;
      ctes.push(`c${i} AS (
        SELECT c.*, CASE WHEN ${reached} THEN e.pos END AS p${i},
               CASE WHEN ${reached} THEN e.time END AS t${i}
        FROM c${i - 1} c ${join})`);
    }
    const length = Array.from({length: count}, (_, i) => `(p${i + 1} IS NOT NULL)::INT`);
    ctes.push(`best AS (
        SELECT *, ${length.join(' + ')} AS length FROM c${count}
        QUALIFY row_number() OVER (PARTITION BY person ORDER BY length DESC, start) = 1)`);
    const types = {};
    let value = `''`;
    if (this.chance(0.5)) {
      definition.break_down = {field: 'context.country'};
      // Where the best window of any order starts is not where its step 1 is.
      definition.attribution = this.of(order === 'any' ? ['first', 'last'] :
                                                         ['first', 'best', 'last']);
      types['context.country'] = 'text';
      value = definition.attribution === 'best' ? 'b.country' : `
          (SELECT e.country FROM existing e WHERE e.person = b.person AND e.m1
           ORDER BY e.pos ${definition.attribution === 'first' ? 'ASC' : 'DESC'} LIMIT 1)`;
    }
    Object.assign(types, {step: 'number', name: 'text', people: 'number',
                          share_of_first: 'number', share_of_previous: 'number',
                          median_ms: 'number', p90_ms: 'number'});
    ctes.push(`reached AS (SELECT b.*, ${value} AS value FROM best b WHERE length > 0)`);
    const groups = definition.break_down ? 'SELECT DISTINCT value FROM reached' :
                                           `SELECT '' AS value`;
    ctes.push(`groups AS (${groups})`);
    const steps = Array.from({length: count}, (_, k) => {
      const i = k + 1;
      const between = i === 1 || order === 'any' ? 'NULL::BIGINT' : `r.t${i} - r.t${i - 1}`;
      const rank = (p) => `list_sort(waits)[ceil(len(waits) * ${p} / 100.0)::BIGINT]`;
      return `
        SELECT value, ${i} AS step, 'step ${i}' AS name, people,
               people / nullif(all_people, 0) AS share_of_first,
               people / nullif(${i === 1 ? 'people' : 'previous'}, 0) AS share_of_previous,
               ${rank(50)} AS median_ms, ${rank(90)} AS p90_ms
        FROM (SELECT g.value, count(r.person) FILTER (r.length >= ${i}) AS people,
                     count(r.person) AS all_people,
                     count(r.person) FILTER (r.length >= ${i - 1}) AS previous,
                     list(${between}) FILTER (r.length >= ${i} AND ${between} IS NOT NULL)
                       AS waits
              FROM groups g LEFT JOIN reached r ON r.value IS NOT DISTINCT FROM g.value
              GROUP BY g.value)`;
    });
    return {
      definition,
      types,
      sql: `WITH ${ctes.join(',\n')}
        SELECT ${definition.break_down ? '*' : '* EXCLUDE (value)'}
        FROM (${steps.join(' UNION ALL ')})`,
    };
  }

  retention() {
    const {definition, exists, zone, from, to} = this.frame('retention');
    const bucket = definition.bucket = this.of(['day', 'week', 'month']);
    const periods = definition.periods = 1 + this.below(8);
    const [start, starts] = this.rule(0);
    const [returning, returns] = this.rule(0);
    definition.start = start;
    definition.return = returning;
    const local = `timezone('${zone}', make_timestamptz(time * 1000))`;
    const instant = (day) => `epoch_ms(timezone('${zone}', (${day})::TIMESTAMP))`;
    const end = definition.range === undefined ? `${this.nowMs}` : to;
    return {
      definition,
      types: {cohort: 'text', people: 'number', k: 'number', returned: 'number',
              share: 'number', complete: 'boolean'},
      sql: `WITH existing AS (
          SELECT person, date_trunc('${bucket}', ${local})::DATE AS day, ${starts} AS starts,
                 ${returns} AS returns,
                 row_number() OVER (PARTITION BY person ORDER BY key) AS pos
          FROM event WHERE ${exists}),
        member AS (
          SELECT person, arg_min(day, pos) AS cohort, min(pos) AS pos FROM existing
          WHERE starts GROUP BY person),
        came AS (
          SELECT DISTINCT m.person, m.cohort, e.day FROM member m JOIN existing e
            ON e.person = m.person AND e.pos >= m.pos AND e.returns),
        cohort AS (SELECT cohort, count(*) AS people FROM member GROUP BY cohort),
        cell AS (
          SELECT cohort, people, k,
                 (cohort + to_${bucket}s(k::INTEGER))::DATE AS day,
                 (cohort + to_${bucket}s((k + 1)::INTEGER))::DATE AS next
          FROM cohort, range(${periods}) r(k)),
        counted AS (
          SELECT c.cohort, c.people, c.k, c.day, c.next, count(came.person) AS returned
          FROM cell c LEFT JOIN came ON came.cohort = c.cohort AND came.day = c.day
          GROUP BY ALL)
        SELECT cohort::VARCHAR, people, k, returned, returned / people,
               ${instant('day')} >= ${from} AND ${instant('next')} <= ${end}
        FROM counted`,
    };
  }

  /** Sessions cut at gaps alone. */
  sessions() {
    const {definition, conditions, zone, from, to} = this.frame('sessions');
    const minutes = this.of([5, 30, 240]);
    definition.session = {by: 'gap', gap: `${minutes}m`, max: null};
    definition.rows = this.of([[], ['person'], [{time: 'day'}], [{time: 'month'}]]);
    const key = definition.rows[0];
    const sql = key === undefined ? null : key === 'person' ? 'person' :
        this.bucket(key.time, zone, 'start');
    const name = key === undefined ? null : key.time ?? 'person';
    definition.columns = [
      {name: 'sessions', agg: 'count'},
      {name: 'people', agg: 'count_people'},
      {name: 'median', agg: 'median', of: 'session.duration'},
      {name: 'events', agg: 'sum', of: 'session.events'},
      {name: 'last', agg: 'last_time'},
    ];
    // Everything but the range is asked of single events; the segment of people.
    const wanted = conditions.slice(2).join(' AND ') || 'true';
    return {
      definition,
      types: {...(name === null ? {} : {[name]: 'text'}), sessions: 'number',
              people: 'number', median: 'number', events: 'number', last: 'time'},
      sql: `WITH cut AS (
          SELECT *, coalesce(time - lag(time) OVER (PARTITION BY person ORDER BY key)
                             > ${minutes * 60_000}, true)::INT AS opens
          FROM event),
        numbered AS (
          SELECT *, sum(opens) OVER (PARTITION BY person ORDER BY key
                                     ROWS UNBOUNDED PRECEDING) AS number FROM cut),
        session AS (
          SELECT person, number, min(time) AS start, max(time) - min(time) AS duration,
                 count(*) AS events, bool_or(${wanted}) AS wanted
          FROM numbered GROUP BY person, number)
        SELECT ${sql === null ? '' : `${sql} AS "${name}",`} count(*) AS sessions,
               count(DISTINCT person) AS people,
               list_sort(list(duration))[ceil(len(list(duration)) * 0.5)::BIGINT] AS median,
               coalesce(sum(events), 0)::BIGINT AS events, max(start) AS last
        FROM session WHERE wanted AND start >= ${from} AND start < ${to}
        ${sql === null ? '' : `GROUP BY ${sql}`}`,
    };
  }

  nps() {
    const {definition, exists} = this.frame('nps');
    let survey = '';
    if (this.chance(0.5)) {
      definition.survey = `content-${this.below(6)}`;
      survey = `AND content_id = ${quote(definition.survey)}`;
    }
    return {
      definition,
      types: {person: 'text', score: 'number', category: 'text', answered_at: 'time',
              has_comment: 'boolean'},
      sql: `SELECT person, score::BIGINT,
                   CASE WHEN score >= 9 THEN 'promoter' WHEN score >= 7 THEN 'passive'
                        ELSE 'detractor' END,
                   time, coalesce(comment <> '', false)
            FROM event
            WHERE ${exists} AND type = 'content' AND name = 'survey.submitted' ${survey}
              AND score BETWEEN 0 AND 10 AND score = floor(score)
            QUALIFY row_number() OVER (PARTITION BY person ORDER BY key DESC) = 1`,
    };
  }

  make() {
    const kind = this.of(['table', 'table', 'table', 'funnel', 'funnel', 'retention',
                          'sessions', 'nps']);
    return this[kind]();
  }
}

/**
 * @param {() => number} random
 * @param {{nowMs: number, names: string[], countries: string[]}} data of what there is
 * @returns {{definition: object, sql: string, types: object}} `types` tells by column, in
 *     order, how NDJSON prints it: text, number, time or boolean.
 */
export function randomPlan(random, data) {
  return new Maker(random, data).make();
}
