// The store: ingest, people, events, upkeep.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { join } from 'node:path';
import { test } from 'node:test';
import { Policy, Store } from 'footfall';
import {
  NOW,
  NOW_MS,
  collect,
  emptyStore,
  options,
  temporary,
  track,
} from './support.mjs';

test('ingest: every kind of input', async (t) => {
  const { store } = await emptyStore(t);
  const event = track('ana', 1);
  const line = `${JSON.stringify(event)}\n`;
  const inputs = [
    line,
    Buffer.from(line),
    new Uint8Array(Buffer.from(line)),
    JSON.stringify([event]),
    event,
    [event],
    new Set([event]),
    Readable.from([line.slice(0, 9), line.slice(9)]),
    Readable.from([Buffer.from(line)]),
    (async function* () {
      yield event;
    })(),
  ];
  for (const events of inputs) {
    assert.equal((await store.ingest(events, options)).accepted, 1);
  }
  assert.equal((await store.stats()).events, inputs.length);
  for (const wrong of [42, null, undefined]) {
    await assert.rejects(store.ingest(wrong), TypeError);
  }
});

test('ingest: every event is counted once', async (t) => {
  const { store } = await emptyStore(t);
  const good = track('ana', 1, { id: 'evt-1' });
  const events = [good, good, { type: 'track' }, { ...good, id: 'c', type: 'click' }];
  const { rules, errors, ...counts } = await store.ingest(
    events.map((event) => JSON.stringify(event)).join('\n'),
    { now: NOW_MS, source: 'web' },
  );
  assert.deepEqual(counts, {
    accepted: 1,
    duplicates: 1,
    dropped_level: 1,
    dropped_policy: 0,
    rejected: 1,
    errors_omitted: 0,
  });
  assert.equal(typeof rules, 'object');
  assert.equal(errors.length, 1);
  assert.deepEqual([errors[0].index, errors[0].line], [2, 3]);
});

test('ingest: policy', async (t) => {
  const { store } = await emptyStore(t);
  const policy = new Policy({ exclude: { urls: ['https://secret.example/*'] } });
  const event = track('ana', 1, { url: 'https://secret.example/a' });
  assert.equal((await store.ingest(event, { ...options, policy })).dropped_policy, 1);
  assert.equal((await store.ingest(event, options)).accepted, 1);
});

test('ingest stream: calls follow each other', async (t) => {
  const { store } = await emptyStore(t);
  const stream = await store.ingestStream(options);
  const writes = [];
  for (let i = 0; i < 101; i++) {
    const lines = Array.from({ length: 100 }, (_, k) =>
      JSON.stringify(track(`p${k}`, i)),
    );
    writes.push(stream.write(`${lines.join('\n')}\n`));
  }
  assert.equal(await stream.acknowledged(), 10000);
  const result = await stream.finish();
  await Promise.all(writes);
  assert.equal(result.accepted, 10100);
  assert.equal(await stream.acknowledged(), 10100);
  await assert.rejects(stream.write('{}'), { code: 'FAILED_PRECONDITION' });
});

test('ingest: abort', async (t) => {
  const { store } = await emptyStore(t);
  const signal = AbortSignal.abort(new Error('no more'));
  await assert.rejects(store.ingest(track('ana', 1), { ...options, signal }), (error) => {
    assert.equal(error.code, 'CANCELLED');
    assert.equal(error.cause.message, 'no more');
    return true;
  });
  assert.equal((await store.stats()).events, 0);
});

test('ingest: many at once', async (t) => {
  const { store } = await emptyStore(t);
  await Promise.all(
    Array.from({ length: 80 }, (_, i) => store.ingest(track(`p${i}`, i), options)),
  );
  assert.equal((await store.stats()).events, 80);
  assert.equal(store.metrics().events_accepted, 80);
});

test('people', async (t) => {
  const { store } = await emptyStore(t);
  await store.ingest([track('ana', 5), track('ana', 3), track('bo', 4)], options);
  const ana = await store.person('ana');
  assert.deepEqual([ana.person, ana.identified, ana.events], ['ana', true, 2]);
  const receipt = await store.forget('ana');
  assert.deepEqual([receipt.person, receipt.events], ['ana', 2]);
  assert.deepEqual([receipt.attributes, receipt.external], [[], []]);
  assert.deepEqual(
    (await collect(store.events(options))).map((e) => e.person),
    ['bo'],
  );
  for (const call of [() => store.person('ana'), () => store.forget('ana')]) {
    await assert.rejects(call, { code: 'NOT_FOUND' });
  }
  await assert.rejects(store.person('ana\0x'), TypeError);
  await assert.rejects(store.person(7), TypeError);
});

test('events: order, rule, bad rule, abort', async (t) => {
  const { store } = await emptyStore(t);
  await store.ingest(
    [track('ana', 5), track('bo', 9), track('ana', 3, { name: 'é' })],
    options,
  );
  const events = await collect(store.events(options));
  assert.deepEqual(
    events.map((e) => [e.person, e.name]),
    [
      ['ana', 'save'],
      ['bo', 'save'],
      ['ana', 'é'],
    ],
  );
  assert.equal(events[0].time, NOW_MS - 300000);
  const where = { field: 'person.id', op: 'is', value: 'bo' };
  assert.deepEqual(
    (await collect(store.events({ ...options, where }))).map((e) => e.person),
    ['bo'],
  );
  const later = new Date(NOW_MS + 366 * 86400000);
  assert.deepEqual(await collect(store.events({ now: later })), []);
  const middle = new Date(events[1].time);
  const times = async (range) =>
    (await collect(store.events({ ...options, ...range }))).map((e) => e.time).sort();
  const all = await times({});
  const until = await times({ to: middle });
  const since = await times({ from: middle.toISOString() });
  assert.deepEqual([...until, ...since], all);
  assert.ok(until.every((time) => time < events[1].time));
  assert.ok(since.length > 0 && since.every((time) => time >= events[1].time));
  const day = { from: '2020-01-01', to: '2020-01-02', timezone: 'Europe/Paris' };
  assert.deepEqual(await times(day), []);
  await assert.rejects(collect(store.events({ timezone: 'Moon/Base' })), {
    code: 'INVALID_ARGUMENT',
    path: '$.timezone',
  });
  await assert.rejects(collect(store.events({ from: 5 })), TypeError);
  await assert.rejects(
    collect(store.events({ where: { all: [{ field: 'event.name', op: 'like' }] } })),
    (error) => error.code === 'INVALID_ARGUMENT' && error.path.startsWith('$.all[0]'),
  );
  await assert.rejects(
    collect(store.events({ ...options, signal: AbortSignal.abort() })),
    { code: 'CANCELLED' },
  );
});

test('events: a slow reader, one that stops, one left by close', async (t) => {
  const { store } = await emptyStore(t);
  const many = Array.from({ length: 5000 }, (_, i) =>
    track('ana', 5, { title: `${i}`.repeat(99) }),
  );
  await store.ingest(many, options);
  let count = 0;
  // More readers than Node's pool has threads, each with calls of its own in between.
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      for await (const event of store.events(options)) {
        if (count++ % 1000 === 0) await store.person(event.person);
      }
    }),
  );
  assert.equal(count, 6 * 5000);
  for await (const event of store.events(options)) {
    assert.equal(event.person, 'ana');
    break;
  }
  const held = store.events(options);
  await held.next();
  await store.close();
  await assert.rejects(collect(held), { code: 'CANCELLED' });
});

test('settings', async (t) => {
  const { store } = await emptyStore(t);
  assert.equal((await store.settings()).level, 'content');
  await store.set('level', 'interactions');
  await store.set('retention_days', 30);
  const settings = await store.settings();
  assert.equal(settings.level, 'interactions');
  assert.equal(`${settings.retention_days}`, '30');
  for (const [key, value] of [
    ['colour', 'red'],
    ['level', 'all'],
    ['retention_days', -1],
  ]) {
    await assert.rejects(store.set(key, value), { code: 'INVALID_ARGUMENT' });
  }
});

test('check, stats, metrics, compact', async (t) => {
  const { store } = await emptyStore(t);
  await store.ingest([track('ana', 5), { type: 'track' }], options);
  const { ok, events, people, problems } = await store.check();
  assert.deepEqual([ok, events, people, problems], [true, 1, 1, []]);
  const metrics = store.metrics();
  assert.deepEqual(
    [metrics.events_accepted, metrics.events_rejected, metrics.batches_committed],
    [1, 1, 1],
  );
  assert.ok(metrics.log_bytes_written > 0);
  assert.ok((await store.seal()).events_sealed > 0);
  assert.equal((await store.seal({ merge: true })).events_sealed, 0);
  assert.equal((await store.compact({ now: NOW })).events_removed, 0);
  const later = new Date(NOW_MS + 400 * 86400000);
  assert.equal((await store.compact({ now: later })).events_removed, 1);
  await assert.rejects(store.compact({ now: 'soon' }), TypeError);
});

test('redact', async (t) => {
  const { store } = await emptyStore(t);
  const context = { city: 'Bonn', country: 'DE' };
  await store.ingest({ ...track('ana', 5), context }, options);
  const policy = new Policy({ context: { drop: ['city'] } });
  const counts = await store.redact({ policy, dryRun: true });
  assert.equal((await store.person('ana')).city, 'Bonn');
  assert.deepEqual(await store.redact({ policy }), counts);
  assert.deepEqual(counts, {
    examined: 1,
    changed: 1,
    dropped: 0,
    rules: { context: 1 },
    done: true,
    records_done: 1,
    records: 1,
  });
  assert.equal((await store.person('ana')).city, null);
  assert.equal((await store.redact()).changed, 0);
  await assert.rejects(async () => store.redact({ policy: {} }), TypeError);
});

test('backup and restore', async (t) => {
  const { directory, store } = await emptyStore(t);
  await store.ingest(track('ana', 5), options);
  const [backup, copy] = [join(directory, 'backup'), join(directory, 'copy')];
  await store.backup(backup);
  await Store.restore(backup, copy);
  const restored = await Store.open(copy, { create: false });
  assert.equal((await restored.stats()).events, 1);
  await restored.close();
  await assert.rejects(store.backup(backup), { code: 'ALREADY_EXISTS' });
  await assert.rejects(Store.restore(backup, copy), { code: 'ALREADY_EXISTS' });
});

test('open modes and close', async (t) => {
  const { directory, store } = await emptyStore(t);
  const path = join(directory, 'db');
  await assert.rejects(Store.open(join(directory, 'absent'), { create: false }), {
    code: 'NOT_FOUND',
  });
  await assert.rejects(Store.open(path), { code: 'FAILED_PRECONDITION' });
  await assert.rejects(Store.open(join(directory, 'small'), { memoryBudget: 1 }), {
    code: 'INVALID_ARGUMENT',
  });
  const reader = await Store.open(path, { readOnly: true });
  await store.ingest(track('ana', 5), options);
  assert.equal((await reader.report('users', options)).rowCount, 1);
  await assert.rejects(reader.ingest(track('ana', 5), options), {
    name: 'FootfallError',
  });
  await reader.close();
  await store.close();
  await assert.rejects(store.stats(), { code: 'FAILED_PRECONDITION' });
});

test('log', async (t) => {
  const lines = [];
  const store = await Store.open(join(temporary(t), 'db'), {
    log: (severity, message) => lines.push([severity, message]),
  });
  await store.ingest(track('ana', 5), options);
  await store.close();
  await new Promise((resolve) => setImmediate(resolve));
  for (const [severity, message] of lines) {
    assert.match(severity, /^(info|warning|error)$/);
    assert.doesNotMatch(message, /\n/);
  }
});
