// Policies and the streaming filter.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { Filter, FootfallError, Policy } from 'footfall';
import { collect, track } from './support.mjs';

async function filter(stream, ...chunks) {
  const out = Buffer.concat(await collect(Readable.from(chunks).pipe(stream))).toString();
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

test('policy', () => {
  assert.deepEqual(new Policy().lint(), []);
  const findings = new Policy({ version: 1, allow_values: [{ all: true }] }).lint();
  assert.equal(findings.length, 1);
  assert.equal(findings[0].severity, 'discouraged');
  assert.match(findings[0].path, /^\$\.allow_values/);
});

test('policy errors name the place', () => {
  assert.throws(
    () => new Policy({ censor: [{ klass: 'x' }] }),
    (error) => {
      assert.ok(error instanceof FootfallError && error instanceof Error);
      assert.deepEqual(
        [error.name, error.code, error.status, error.byte],
        ['FootfallError', 'INVALID_ARGUMENT', 3, null],
      );
      assert.match(error.path, /^\$\.censor\[0\]/);
      return true;
    },
  );
  assert.throws(() => new Policy('{"version": 1,,}'), { byte: 14 });
});

test('filter: a stream cut anywhere', async () => {
  const data = `${JSON.stringify(track('ana', 1))}\n${JSON.stringify(track('bo', 2))}\n`;
  const stream = new Filter();
  const events = await filter(stream, ...data.match(/.{1,7}|\n/g));
  assert.deepEqual(
    events.map((event) => event.person),
    ['ana', 'bo'],
  );
  assert.equal(stream.counters().accepted, 2);
});

test('filter: typed values and passwords go', async () => {
  const element = { tag: 'input', type: 'password', id: 'pw', value: 'hunter2' };
  const event = track('ana', 1, { url: 'https://a.example/x?secret=1' });
  const stream = new Filter({ policy: new Policy() });
  const events = await filter(
    stream,
    JSON.stringify({ ...event, type: 'input', element }),
    '\n',
    JSON.stringify(event),
  );
  assert.deepEqual(
    events.map(({ url }) => url),
    ['https://a.example/x'],
  );
  assert.doesNotMatch(JSON.stringify(events), /hunter2/);
  assert.equal(stream.counters().dropped_policy, 1);
});

test('filter: options', async () => {
  const click = JSON.stringify(
    track('ana', 1, { type: 'click', title: 'x'.repeat(200) }),
  );
  const content = new Filter({ level: 'content' });
  assert.deepEqual(await filter(content, click), []);
  assert.equal(content.counters().dropped_level, 1);
  const small = new Filter({ eventBytesMax: 100 });
  assert.deepEqual(await filter(small, click), []);
  assert.equal(small.counters().rejected, 1);
  assert.throws(() => new Filter({ level: 'everything' }), TypeError);
  assert.throws(() => new Filter({ eventBytesMax: -1 }), TypeError);
  assert.throws(() => new Filter({ policy: {} }), TypeError);
});

test('filter: much data through a pipeline', async () => {
  const line = `${JSON.stringify(track('ana', 1))}\n`;
  const stream = new Filter();
  let bytes = 0;
  await pipeline(
    Readable.from(Array.from({ length: 200 }, () => line.repeat(100))),
    stream,
    async (source) => {
      for await (const chunk of source) bytes += chunk.length;
    },
  );
  assert.equal(stream.counters().accepted, 20000);
  assert.ok(bytes > 20000 * 50);
});
