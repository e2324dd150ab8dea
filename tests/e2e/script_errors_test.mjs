// Errors of scripts in a real browser become events of the recorder, a few of a page, and
// rows of the report script-errors.
//
//   FOOTFALL_CLI=path/to/footfall node --test script_errors_test.mjs
//
// Needs Chromium, and examples/recorder with its npm packages; FOOTFALL_RECORDER names a
// copy of that folder that has them.

import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {after, before, test} from 'node:test';

import {RECORDER, servePages} from './recorder_pages.mjs';

const SECRET = 'Tr0ub4dor-3-kx';

// The page fails while it is loaded, and again when it is told to.
const PAGE = `<!doctype html><title>Orders</title>
<script src="/footfall-recorder.js"></script>
<script>
footfallRecorder.start({
  session: 's', person: 'ana@example.com', flushAfter: 20,
  errors: new URLSearchParams(location.search).get('errors') !== 'no',
  send: (events) => fetch('/collect', {method: 'POST', body: JSON.stringify(events)}),
});
</script>
<script src="/orders.js?token=${SECRET}"></script>
<img src="/missing.png">`;

// Lines and columns count.
const SCRIPT = `window.fail = (what) => {
  throw new TypeError(what);
};
fail('orders is not defined');
`;

const FILES = {
  '/': ['text/html', PAGE],
  '/orders': ['text/html', PAGE],
  '/orders.js': ['text/javascript', SCRIPT],
  '/footfall-recorder.js':
      ['text/javascript', readFileSync(path.join(RECORDER, 'footfall-recorder.js'))],
};

let events = [];
let pages;

async function answer(request, response) {
  if (request.method === 'POST') {
    const parts = [];
    for await (const part of request) parts.push(part);
    events.push(...JSON.parse(Buffer.concat(parts)));
    response.writeHead(204).end();
    return;
  }
  const found = FILES[new URL(request.url, 'http://h').pathname];
  response.writeHead(found ? 200 : 404, {'content-type': found?.[0] ?? 'text/plain'});
  response.end(found?.[1]);
}

before(async () => {
  pages = await servePages(answer);
});

after(() => pages?.close());

/** Opens a page, does `act` in it and answers the events that it has sent. */
async function visit(address, act) {
  events = [];
  const page = await pages.context.newPage();
  await page.goto(pages.origin + address);
  await act(page);
  await page.evaluate(() => footfallRecorder.track('end'));
  const deadline = Date.now() + 20000;
  while (!events.some((event) => event.name === 'end')) {
    assert.ok(Date.now() < deadline, 'waited for the last event');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await page.close();
  return events;
}

function errorsOf(sent) {
  return sent.filter((event) => event.name === 'script_error');
}

/** Fails in the page outside of any caller, as scripts of pages do. */
function fail(page, ...messages) {
  return page.evaluate((all) => new Promise((resolve) => {
    for (const message of all) setTimeout(() => window.fail(message));
    setTimeout(resolve, 10);
  }), messages);
}

test('an error has a message, a script, a line and a column', async () => {
  const sent = await visit('/orders?id=7', () => {});
  const [error, ...others] = errorsOf(sent);
  assert.deepEqual(others, []);
  assert.equal(error.type, 'track');
  assert.equal(error.url, `${pages.origin}/orders?id=7`);
  assert.deepEqual(error.properties, {
    message: 'Uncaught TypeError: orders is not defined',
    source: `${pages.origin}/orders.js`,
    line: 2,
    column: 9,
  });
});

test('a rejection that nobody handles is one', async () => {
  const sent = await visit('/', (page) => page.evaluate(() => new Promise((resolve) => {
    Promise.reject(new RangeError('too far'));
    Promise.reject('plain');
    Promise.reject(Object.create(null));
    Promise.reject(new Error('handled')).catch(() => {});
    setTimeout(resolve, 50);
  })));
  const found = errorsOf(sent).map((event) => event.properties).slice(1);
  assert.deepEqual(found.map((properties) => properties.message), [
    'Unhandled rejection: RangeError: too far', 'Unhandled rejection: plain',
    'Unhandled rejection: object'
  ]);
  assert.deepEqual(Object.keys(found[1]), ['message']);
});

test('addresses lose what follows the path, and texts are cut', async () => {
  const sent = await visit('/', async (page) => {
    await fail(page, `no answer from https://api.example/v1?key=${SECRET}&x=1 today`);
    await fail(page, 'x'.repeat(10000));
  });
  assert.ok(!JSON.stringify(errorsOf(sent)).includes(SECRET));
  const messages = errorsOf(sent).map((event) => event.properties.message);
  assert.equal(
      messages[1], 'Uncaught TypeError: no answer from https://api.example/v1 today');
  assert.equal(messages[2].length, 500);
});

test('an error is told once a page, and a page tells few', async () => {
  const sent = await visit('/', async (page) => {
    await fail(page, 'a', 'a', 'b', 'a');
    await page.evaluate(() => history.pushState(null, '', '/orders?id=8'));
    await fail(page, 'a');
    await fail(page, ...Array.from({length: 100}, (_, i) => `number ${i}`));
  });
  const short = errorsOf(sent).map(
      (event) => event.properties.message.replace('Uncaught TypeError: ', ''));
  assert.deepEqual(short, [
    'orders is not defined', 'a', 'b', 'a',
    ...Array.from({length: 19}, (_, i) => `number ${i}`)
  ]);
});

test('a host that wants none gets none', async () => {
  const sent = await visit('/?errors=no', (page) => fail(page, 'a'));
  assert.deepEqual(errorsOf(sent), []);
  assert.ok(sent.some((event) => event.type === 'page_view'));
});

test('the report counts them', async () => {
  const sent = await visit('/orders?id=9', (page) => fail(page, 'a'));
  const file = path.join(pages.folder, 'events.ndjson');
  writeFileSync(file, sent.map((event) => JSON.stringify(event) + '\n').join(''));
  const footfall = (...args) => {
    const done = spawnSync(process.env.FOOTFALL_CLI, args, {encoding: 'utf8'});
    assert.equal(done.status, 0, done.stderr);
    return done.stdout;
  };
  const store = path.join(pages.folder, 'store');
  footfall('ingest', '--db', store, file);
  const rows = footfall('report', 'run', 'script-errors', '--db', store,
                        '--format', 'ndjson').trim().split('\n')
                   .map((line) => JSON.parse(line));
  assert.deepEqual(
      rows.map(({message, page, events: count, people}) => [message, page, count, people]),
      [['Uncaught TypeError: a', `${pages.origin}/orders`, 1, 1],
       ['Uncaught TypeError: orders is not defined', `${pages.origin}/orders`, 1, 1]]);
});
