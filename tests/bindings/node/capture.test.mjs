// Policies and the streaming filter.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { Filter, FootfallError, Policy, leakTest } from 'footfall';
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

const PASSWORD = 'Kopje7!veldt';
const META = {
  type: 4,
  data: { href: 'https://a.example/?tab=1', width: 8, height: 6 },
  timestamp: 1,
};
/** A recorded page with a text and a password field. */
const PAGE = [
  META,
  {
    type: 2,
    data: {
      node: {
        type: 0,
        id: 1,
        childNodes: [
          {
            type: 2,
            tagName: 'html',
            attributes: {},
            id: 2,
            childNodes: [
              { type: 3, textContent: 'salmon-harbour', id: 3 },
              {
                type: 2,
                tagName: 'input',
                attributes: { type: 'password' },
                childNodes: [],
                id: 4,
              },
            ],
          },
        ],
      },
      initialOffset: { left: 0, top: 0 },
    },
    timestamp: 2,
  },
];
const TYPED = {
  type: 3,
  data: { source: 5, text: PASSWORD, isChecked: false, id: 4 },
  timestamp: 3,
};
const ECHOED = {
  type: 3,
  data: {
    source: 0,
    texts: [{ id: 3, value: `typed ${PASSWORD}` }],
    attributes: [],
    removes: [],
    adds: [],
  },
  timestamp: 4,
};

function ndjson(...events) {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

/** Writes without ending the stream, and answers what came out. */
async function write(stream, text) {
  await new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
  return (stream.read() ?? '').toString();
}

test('policy: explain names rules and no values', () => {
  const policy = new Policy({ censor: [{ id: 'salary' }] });
  const click = track('ana', 1, {
    type: 'click',
    url: 'https://a.example/?token=verysecret',
    element: { tag: 'b', id: 'salary', text: '81000 euro' },
  });
  const [explained] = policy.explain(click);
  assert.equal(explained.outcome, 'passed');
  assert.deepEqual(
    Object.fromEntries(explained.removed.map((row) => [row.rule, row.policy_path])),
    { url_query: null, censored: '$.censor[0]' },
  );
  assert.doesNotMatch(JSON.stringify(explained), /verysecret|81000/);
  const [, second] = policy.explain([click, { type: 'click' }]);
  assert.deepEqual([second.outcome, second.path], ['rejected', 'time']);
  assert.equal(policy.explain(ndjson(...PAGE)).length, 2);
});

test('filter: recordings', async () => {
  for (const format of ['rrweb', 'auto']) {
    const stream = new Filter({ format });
    const events = await filter(stream, ndjson(...PAGE, TYPED), ndjson(ECHOED));
    assert.equal(events[0].data.href, 'https://a.example/');
    assert.doesNotMatch(JSON.stringify(events), /Kopje7/);
    assert.equal(stream.counters().rejected, 0);
  }
  assert.throws(() => new Filter({ format: 'xml' }), TypeError);
});

test('filter: the policy is swapped between events', async () => {
  const stream = new Filter({ format: 'rrweb' });
  const keep = new Policy({ url: { keep_query: ['tab'] } });
  assert.doesNotMatch(await write(stream, ndjson(META)), /tab=1/);
  stream.setPolicy(keep);
  assert.match(await write(stream, ndjson(META)), /tab=1/);
  // While a write is in progress, it holds after that.
  const during = write(stream, ndjson(META));
  stream.setPolicy(null);
  assert.match(await during, /tab=1/);
  assert.doesNotMatch(await write(stream, ndjson(META)), /tab=1/);
  assert.throws(() => stream.setPolicy({}), TypeError);
});

test('filter: a page goes on in another filter', async () => {
  const key = randomBytes(32);
  const first = new Filter({ format: 'rrweb' });
  await write(first, ndjson(...PAGE, TYPED));
  const state = first.save(key);
  assert.ok(!state.includes('Kopje7'));
  const second = Filter.restore(key, state);
  const out = await write(second, ndjson(ECHOED));
  assert.equal(out, await write(first, ndjson(ECHOED)));
  assert.match(out, /"texts"/);
  assert.doesNotMatch(out, /Kopje7/);
  assert.equal(second.counters().accepted, 1);
  assert.throws(() => Filter.restore(randomBytes(32), state), {
    code: 'INVALID_ARGUMENT',
  });
  assert.throws(() => Filter.restore(key, Buffer.from('none')), { code: 'DATA_LOSS' });
  assert.throws(() => Filter.restore('text', state), TypeError);
  assert.throws(() => new Filter().save(key), { code: 'FAILED_PRECONDITION' });
  await write(first, '{"type":');
  assert.throws(() => first.save(key), { code: 'FAILED_PRECONDITION' });
});

test('leak test', async () => {
  const recording = ndjson(...PAGE, TYPED);
  const canaries = [{ id: 'shown', text: 'SALMON-harbour' }, PASSWORD, 'not there'];
  const pieces = [recording.slice(0, 99), Buffer.from(recording.slice(99))];
  const forms = [recording, Buffer.from(recording), pieces, Readable.from(pieces)];
  for (const given of forms) {
    const result = await leakTest(given, canaries);
    assert.deepEqual(
      [result.canaries, result.survived, result.void],
      [3, ['shown'], ['#3']],
    );
    assert.equal(result.places.length, 1);
    assert.deepEqual(
      [result.places[0].encoding, result.places[0].event],
      ['case_folded', 1],
    );
    assert.doesNotMatch(JSON.stringify(result), /almon|Kopje/);
  }
  const policy = new Policy({ text: 'mask' });
  assert.deepEqual((await leakTest(recording, canaries, { policy })).survived, []);
  await assert.rejects(leakTest('', ['long enough', 'abc']), { path: '$[1]' });
  await assert.rejects(leakTest('', ['long enough'], { format: 'xml' }), TypeError);
});
