// A page whose capture is filtered by the module before anything is sent: in a real
// browser, nothing of a typed password leaves the page. Without the filter it does, so
// that what is not found is really not there.
//
//   FOOTFALL_CLI=... FOOTFALL_WASM_PACKAGE=... node --test page_filter_test.mjs
//
// Needs Chromium, and examples/recorder with its npm packages; FOOTFALL_RECORDER names a
// copy of that folder that has them.

import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {after, before, test} from 'node:test';

import {findLeaks, findSpelledOut} from './leaks.mjs';
import {RECORDER, servePages} from './recorder_pages.mjs';

const SECRETS = {
  passwords: ['Tr0ub4dor&3-kx', 'zweites-Kennwort!7'],
  one_time_codes: [],
  cards: [],
  values: ['Seraphina Quill'],
  properties: [],
};
const PASSWORDS = {
  ...SECRETS,
  values: [],
};
const SEARCH = 'wooden chairs';
const POLICY = {
  allow_values: [{id: 'search'}],
};

const PAGE = `<!doctype html><title>Sign in</title>
<script src="/footfall-recorder.js"></script><script src="/rrweb.js"></script>
<h1>Welcome to the shop</h1>
<form id="sign-in">
  <input id="search" name="q"><input id="name" name="full_name">
  <input id="password" type="password" name="password">
  <input id="again" type="password" name="again">
  <button type="button" id="show">Show it</button><button id="go">Sign in now</button>
</form>
<script src="/page.js"></script>
<script type="module" src="/start.mjs"></script>`;

const PAGE_SCRIPT = `
document.getElementById('show').onclick = () => {
  document.getElementById('again').type = 'text';
};
document.getElementById('sign-in').onsubmit = (event) => event.preventDefault();`;

// Starts the snippet as the page's address asks: ?filter=none, wasm or inline.
const START_SCRIPT = `
const mode = new URLSearchParams(location.search).get('filter');
const options = {
  session: mode, person: 'ana@example.com', flushAfter: 50,
  record: {maskAllInputs: false, maskInputOptions: {password: false}},
  send: (events) => navigator.sendBeacon('/collect?' + mode, JSON.stringify(events)),
  sendRecording: (frames) =>
      fetch('/collect-frames?' + mode, {method: 'POST', body: JSON.stringify(frames)}),
};
if (mode !== 'none') {
  const file = mode === 'wasm' ? '/footfall-filter.mjs' : '/footfall-filter-inline.mjs';
  const {loadFilter} = await import(file);
  const module = await loadFilter();
  const policy = ${JSON.stringify(POLICY)};
  options.filter = module.createFilter({policy});
  options.recordingFilter = module.createFilter({policy, format: 'rrweb'});
  window.filterText = (text, format) => {
    const filter = module.createFilter({policy, format});
    return filter.write(text) + filter.finish();
  };
}
footfallRecorder.start(options);
window.started = true;`;

const CSP = 'default-src \'none\'; connect-src \'self\'; script-src \'self\'';

function packageFile(name) {
  assert.ok(process.env.FOOTFALL_WASM_PACKAGE, 'FOOTFALL_WASM_PACKAGE names the package');
  return path.join(process.env.FOOTFALL_WASM_PACKAGE, name);
}

const FILES = {
  '/': {type: 'text/html', content: PAGE},
  '/page.js': {type: 'text/javascript', content: PAGE_SCRIPT},
  '/start.mjs': {type: 'text/javascript', content: START_SCRIPT},
  '/footfall-recorder.js':
      {type: 'text/javascript', file: path.join(RECORDER, 'footfall-recorder.js')},
  '/rrweb.js': {
    type: 'text/javascript',
    file: path.join(RECORDER, 'node_modules', 'rrweb', 'dist', 'rrweb.umd.min.cjs'),
  },
  '/footfall-filter.mjs':
      {type: 'text/javascript', file: packageFile('footfall-filter.mjs')},
  '/footfall-filter-inline.mjs':
      {type: 'text/javascript', file: packageFile('footfall-filter-inline.mjs')},
  '/footfall-filter.wasm':
      {type: 'application/wasm', file: packageFile('footfall-filter.wasm')},
};

// The bodies that arrived, by path and query.
const bodies = new Map();
let pages;

async function answer(request, response) {
  const url = new URL(request.url, 'http://h');
  if (request.method === 'POST') {
    const parts = [];
    for await (const part of request) parts.push(part);
    bodies.set(request.url, [...bodies.get(request.url) ?? [], Buffer.concat(parts)]);
    response.writeHead(204).end();
    return;
  }
  const found = FILES[url.pathname];
  if (!found) {
    response.writeHead(404).end();
    return;
  }
  const wasm =
      url.searchParams.get('filter') === 'blocked' ? '' : ' \'wasm-unsafe-eval\'';
  response
      .writeHead(200, {'content-type': found.type, 'content-security-policy': CSP + wasm})
      .end(found.content ?? readFileSync(found.file));
}

function received(address) {
  return Buffer.concat(bodies.get(address) ?? []);
}

function itemsOf(address) {
  return (bodies.get(address) ?? []).flatMap((body) => JSON.parse(body));
}

async function waitFor(holds, what) {
  const deadline = Date.now() + 20000;
  while (!holds()) {
    assert.ok(Date.now() < deadline, `waited for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// Real key events, in each field of the form.
async function usePage(mode) {
  const page = await pages.context.newPage();
  await page.goto(`${pages.origin}/?filter=${mode}`);
  await page.waitForFunction(() => window.started);
  const type = async (selector, text) => {
    await page.click(selector);
    await page.keyboard.type(text);
  };
  await type('#search', SEARCH);
  await type('#name', SECRETS.values[0]);
  await type('#password', SECRETS.passwords[0]);
  await type('#again', SECRETS.passwords[1].slice(0, 8));
  await page.click('#show');
  await page.click('#again');
  await page.keyboard.press('End');
  await page.keyboard.type(SECRETS.passwords[1].slice(8));
  await page.click('#go');
  await page.evaluate(() => footfallRecorder.stop());
  await waitFor(
      () => itemsOf(`/collect?${mode}`).some((event) => event.type === 'submit') &&
          itemsOf(`/collect-frames?${mode}`).some((frame) => frame.data.source === 5),
      `what ${mode} sends`);
  // Beacons and requests of an earlier moment may still be on their way.
  await page.waitForLoadState('networkidle');
  return page;
}

before(async () => {
  pages = await servePages(answer);
});

after(() => pages?.close());

test('without the filter, what was typed leaves the page', async () => {
  await (await usePage('none')).close();
  for (const address of ['/collect?none', '/collect-frames?none']) {
    const leaks = findLeaks(SECRETS, received(address));
    for (const secret of [...SECRETS.passwords, ...SECRETS.values])
      assert.ok(leaks.some((leak) => leak.includes(secret)), `${address}: ${secret}`);
  }
});

for (const mode of ['wasm', 'inline']) {
  test(`with the filter, nothing of it does (${mode})`, async () => {
    await (await usePage(mode)).close();
    const events = itemsOf(`/collect?${mode}`);
    assert.deepEqual(findLeaks(SECRETS, received(`/collect?${mode}`)), []);
    assert.deepEqual(findLeaks(SECRETS, received(`/collect-frames?${mode}`)), []);
    assert.deepEqual(findSpelledOut(SECRETS, events), []);
    // What the policy allows and what is benign is still there.
    assert.deepEqual(
        events.filter((event) => event.type === 'input' && event.element.id === 'search')
            .map((event) => event.value),
        [SEARCH]);
    assert.deepEqual(
        events.filter((event) => event.type === 'click' && event.element.tag === 'button')
            .map((event) => event.element.text),
        ['Show it', 'Sign in now']);
    assert.equal(events[0].type, 'page_view');
    const frames = received(`/collect-frames?${mode}`).toString();
    for (const benign of ['Welcome to the shop', 'Sign in now', SEARCH])
      assert.ok(frames.includes(benign), benign);
  });
}

test('the module in the browser and the native filter give the same bytes', async () => {
  const page = await usePage('wasm');
  for (const [format, address] of [
           ['events', '/collect?none'], ['rrweb', '/collect-frames?none']]) {
    const raw = itemsOf(address).map((item) => JSON.stringify(item) + '\n').join('');
    const inPage = await page.evaluate(
        ([text, kind]) => window.filterText(text, kind), [raw, format]);
    const policy = path.join(pages.folder, 'policy.json');
    writeFileSync(policy, JSON.stringify(POLICY));
    const native = spawnSync(
        process.env.FOOTFALL_CLI, ['filter', '--format', format, '--policy', policy, '-'],
        {input: raw, maxBuffer: 1 << 30});
    assert.equal(native.status, 0, String(native.stderr));
    assert.ok(inPage.length > 500, format);
    assert.equal(inPage, native.stdout.toString(), format);
    assert.deepEqual(findLeaks(PASSWORDS, native.stdout), []);
  }
  await page.close();
});

test('what the filter held back is sent when the page goes', async () => {
  const values = () => itemsOf('/collect?wasm')
                           .filter((event) => event.element?.id === 'search')
                           .map((event) => event.value);
  bodies.clear();
  const page = await pages.context.newPage();
  await page.goto(`${pages.origin}/?filter=wasm`);
  await page.waitForFunction(() => window.started);
  await page.click('#search');
  await page.keyboard.type(SEARCH);
  await page.waitForTimeout(200);
  assert.deepEqual(values().filter(Boolean), []);
  await page.goto('about:blank');
  await waitFor(() => values().includes(SEARCH), 'the value');
  await page.close();
});

test('where the page may not run the module, nothing is sent', async () => {
  const page = await pages.context.newPage();
  const failed = new Promise((resolve) => page.once('pageerror', resolve));
  await page.goto(`${pages.origin}/?filter=blocked`);
  assert.match(String(await failed), /wasm|WebAssembly/i);
  await page.click('#password');
  await page.keyboard.type(SECRETS.passwords[0]);
  await page.waitForTimeout(200);
  await page.close();
  assert.equal(bodies.get('/collect?blocked'), undefined);
  assert.equal(bodies.get('/collect-frames?blocked'), undefined);
});
