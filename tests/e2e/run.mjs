// The whole way in one test: records people in a real browser, filters and stores what
// was captured with the real program, and compares its reports with what the people did.
//
//   FOOTFALL_CLI=path/to/footfall node --test run.mjs
//
// Needs Chromium, and examples/recorder with its npm packages; FOOTFALL_RECORDER names a
// copy of that folder that has them.

import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';

import {disguises, findLeaks, findSpelledOut} from './leaks.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const RECORDER = path.join(
    process.env.FOOTFALL_RECORDER ?? path.join(HERE, '..', '..', 'examples', 'recorder'),
    'record.mjs');
const NOW = '2026-11-20T12:00:00Z';

const work = mkdtempSync(path.join(os.tmpdir(), 'footfall-e2e-'));
const store = path.join(work, 'store');
const rawFile = path.join(work, 'events.ndjson');
let secrets;
let summary;
let raw;

function run(program, args, input) {
  const result = spawnSync(program, args, {input, maxBuffer: 1 << 30});
  assert.equal(result.error, undefined);
  assert.equal(
      result.status, 0,
      `${[program, ...args].join(' ')} ended with ${result.status}: ${result.stderr}`);
  return result;
}

function footfall(args, input) {
  assert.ok(process.env.FOOTFALL_CLI, 'FOOTFALL_CLI names the program to test');
  return run(process.env.FOOTFALL_CLI, args, input);
}

function report(name) {
  const result =
      footfall(['report', 'run', name, '--db', store, '--format', 'json', '--now', NOW]);
  assert.deepEqual(findLeaks(secrets, result.stdout), []);
  const table = JSON.parse(result.stdout);
  const names = table.columns.map((column) => column.name);
  return table.rows.map(
      (row) => Object.fromEntries(row.map((cell, i) => [names[i], cell])));
}

function lines(bytes) {
  return bytes.toString('utf8').split('\n').filter(Boolean).map(
      (line) => JSON.parse(line));
}

function filesUnder(folder) {
  return readdirSync(folder, {withFileTypes: true}).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(file) : [file];
  });
}

/** The bytes of a file, followed by what the zstd frames in it hold. */
function unpacked(file) {
  const bytes = readFileSync(file);
  const pieces = [bytes];
  const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 4)) {
    // What follows the frame makes zstd fail after it has written the frame's content.
    const frame = spawnSync('zstd', ['-dcq'], {input: bytes.subarray(at), maxBuffer: 1 << 30});
    assert.equal(frame.error, undefined);
    pieces.push(frame.stdout);
  }
  return Buffer.concat(pieces);
}

before(() => {
  run(process.execPath, [RECORDER, '--out', work, '--now', NOW]);
  secrets = JSON.parse(readFileSync(path.join(work, 'secrets.json')));
  summary = JSON.parse(readFileSync(path.join(work, 'summary.json')));
  raw = readFileSync(rawFile);
});

after(() => rmSync(work, {recursive: true, force: true}));

test('the search finds every form it looks for', () => {
  const secret = 'Ab&cd 12-xyz';
  const {forms, folded} = disguises(secret);
  for (const form of [...Object.values(forms), ...Object.values(folded)]) {
    const bytes = Buffer.concat([Buffer.from('before '), Buffer.from(form, 'latin1')]);
    assert.notEqual(
        findLeaks({passwords: [secret], cards: [], values: [], properties: []}, bytes)
            .length,
        0, form);
  }
  for (const prefix of ['', 'x', 'yz', '1234']) {
    const bytes = Buffer.from(Buffer.from(`${prefix}${secret} more`).toString('base64'));
    assert.notEqual(
        findLeaks({passwords: [secret], cards: [], values: [], properties: []}, bytes)
            .length,
        0, `base64 after ${prefix.length}`);
  }
});

test('the raw events hold all secrets', () => {
  const leaks = findLeaks(secrets, raw);
  for (const kind of ['passwords', 'cards', 'values', 'properties']) {
    assert.ok(secrets[kind].length > 0, kind);
    for (const secret of secrets[kind]) {
      // The digits of a card that was typed in groups are found without the separators
      // only.
      if (kind === 'cards' && /^\d+$/.test(secret)) continue;
      assert.ok(leaks.includes(`${kind}: ${secret} (utf8)`), `${kind}: ${secret}`);
    }
  }
  const spelled = findSpelledOut(
      secrets,
      lines(raw)
          .filter(
              (event) => event.type === 'input' && event.element.class === 'otp-input')
          .map((event) => ({session: event.session, value: event.value})));
  assert.equal(spelled.length, secrets.one_time_codes.length);
});

test('filter removes every secret and keeps what happened', () => {
  const output = footfall(['filter', '-'], raw).stdout;
  assert.deepEqual(findLeaks(secrets, output), []);
  const events = lines(output);
  assert.deepEqual(findSpelledOut(secrets, events), []);

  const count = (type) => events.filter((event) => event.type === type).length;
  for (const type of ['page_view', 'track', 'content', 'identify', 'alias']) {
    assert.equal(count(type), summary.types[type], type);
  }
  assert.ok(count('click') > 0);
  assert.ok(count('input') > 0 && count('input') < summary.types.input);
  const sessions = new Set(events.map((event) => event.session));
  assert.equal(sessions.size, summary.sessions);
  assert.ok(events.some((event) => event.url.endsWith('/production/orders.html')));
  assert.ok(events.every((event) => !(event.url || '').includes('?')));
  const times = events.map((event) => event.time);
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
  writeFileSync(path.join(work, 'filtered.ndjson'), output);
});

test('ingest accepts exactly what the filter lets through', () => {
  footfall(['settings', 'set', 'level', 'interactions', '--db', store]);
  const result = footfall(['ingest', '--db', store, '--json', '--now', NOW, rawFile]);
  assert.deepEqual(findLeaks(secrets, result.stdout), []);
  assert.deepEqual(findLeaks(secrets, result.stderr), []);
  const counts = JSON.parse(result.stdout);
  const filtered = lines(readFileSync(path.join(work, 'filtered.ndjson')));
  assert.equal(counts.accepted, filtered.length);
  assert.equal(counts.rejected, 0);
  assert.equal(counts.duplicates, 0);
  assert.equal(counts.dropped_level, 0);
  assert.deepEqual(counts.errors, []);
  assert.equal(counts.accepted + counts.dropped_policy, summary.events);
});

test('ingesting the same file again changes nothing', () => {
  const again = JSON.parse(
      footfall(['ingest', '--db', store, '--json', '--now', NOW, rawFile]).stdout);
  assert.equal(again.accepted, 0);
  assert.ok(again.duplicates > 0);
  assert.equal(again.duplicates + again.dropped_policy, summary.events);
});

test('no file of the store holds a secret', () => {
  const files = filesUnder(store);
  assert.ok(files.length > 0);
  let people = 0;
  for (const file of files) {
    const bytes = unpacked(file);
    assert.deepEqual(findLeaks(secrets, bytes), [], file);
    people += bytes.includes('ana.silva@acme.example');
  }
  // What must be there is found, so what was not found is not there.
  assert.ok(people > 0);
});

test('no stored event holds a secret', () => {
  const output = footfall(['events', 'export', '--db', store, '--now', NOW]).stdout;
  assert.deepEqual(findLeaks(secrets, output), []);
  const events = lines(output);
  assert.deepEqual(findSpelledOut(secrets, events), []);
  assert.equal(
      events.filter((event) => event.type === 'page_view').length,
      summary.types.page_view);
});

test('logins lists the people of the script', () => {
  const rows = report('logins');
  const expected =
      summary.people.map((entry) => ({
                           person: entry.person,
                           first_login: new Date(entry.first_session).toISOString(),
                           last_login: new Date(entry.last_session).toISOString(),
                           logins_last_30_days: entry.sessions,
                         }));
  const byPerson = (a, b) => (a.person < b.person ? -1 : 1);
  assert.deepEqual(rows.sort(byPerson), expected.sort(byPerson));
});

test('users, sessions and page views agree with the script', () => {
  const users = report('users');
  assert.equal(users.length, summary.people.length);
  for (const {person, sessions} of summary.people) {
    assert.equal(users.find((row) => row.person === person)?.sessions, sessions, person);
  }
  const unnamed = users.filter((row) => !row.identified).map((row) => row.person);
  assert.deepEqual(
      unnamed,
      summary.people.map((entry) => entry.person)
          .filter((id) => id.startsWith('anonymous:')));

  assert.equal(report('sessions').length, summary.sessions);

  const pages = new Map();
  for (const event of lines(raw).filter((item) => item.type === 'page_view')) {
    const page = event.url.split(/[?#]/)[0];
    pages.set(page, (pages.get(page) || 0) + 1);
  }
  const views = new Map(report('page-views').map((row) => [row.page, row.views]));
  assert.deepEqual([...views].sort(), [...pages].sort());
});
