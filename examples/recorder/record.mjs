#!/usr/bin/env node
// Records the sample: drives real pages in headless Chromium as several people over a
// month, with footfall-recorder.js in the pages, and writes what the snippet sent.

import {existsSync} from 'node:fs';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

import {journeys} from './lib/journeys.mjs';
import {people} from './lib/people.mjs';
import {Random} from './lib/random.mjs';
import {Secrets, assertCaptured} from './lib/secrets.mjs';
import {serve} from './lib/server.mjs';
import {Visitor} from './lib/visitor.mjs';

const HELP = `Usage: node record.mjs [options]

Records people using real pages and writes
  events.ndjson   the raw events, ordered by time; they contain what was typed
  secrets.json    every password and other value that was typed, by kind
  summary.json    people, sessions and events that a report over the sample must find

  --out DIR        where to write (default: sample, beside this script)
  --seed N         what is typed and chosen (default: 1)
  --now TIME       the moment after the last session (default: 2026-11-20T12:00:00Z)
  --recordings     record with rrweb too, into recordings/SESSION.ndjson
  --chromium PATH  the browser (default: /usr/bin/chromium)
  --help           print this
`;

const HERE = path.dirname(fileURLToPath(import.meta.url));
const HOSTS = {
  crm: 'crm.example',
  admin: 'admin.example'
};
const DAY_MS = 24 * 3600 * 1000;

function wrongUse(message) {
  process.stderr.write(`record.mjs: ${message}\n${HELP}`);
  process.exit(2);
}

function readOptions() {
  let values;
  try {
    ({values} = parseArgs({
       options: {
         out: {type: 'string', default: path.join(HERE, 'sample')},
         seed: {type: 'string', default: '1'},
         now: {type: 'string', default: '2026-11-20T12:00:00Z'},
         recordings: {type: 'boolean', default: false},
         chromium: {type: 'string', default: '/usr/bin/chromium'},
         help: {type: 'boolean', default: false},
       }
     }));
  } catch (error) {
    wrongUse(error.message);
  }
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const now = Date.parse(values.now);
  if (Number.isNaN(now)) wrongUse(`--now is not a time: ${values.now}`);
  if (!/^\d{1,9}$/.test(values.seed)) wrongUse(`--seed is not a number: ${values.seed}`);
  return {...values, now, seed: Number(values.seed)};
}

function packageFolder(name) {
  const folder = path.join(HERE, 'node_modules', name);
  if (!existsSync(folder))
    throw new Error(`${folder} is missing: run "npm ci" in ${HERE}`);
  return folder;
}

// One visit to the site by one person in a fresh browser profile.
async function runSession(
    {browser, person, visit, session, start, secrets, random, record, received}) {
  const context = await browser.newContext({
    userAgent: person.agent,
    viewport: {width: 1440, height: 900},
    locale: 'en-GB',
    serviceWorkers: 'block',
    reducedMotion: 'reduce',
  });
  try {
    await context.addInitScript((settings) => {
      window.sampleSettings = settings;
    }, {
      app: visit.app,
      environment: 'production',
      session,
      start,
      record,
      person: visit.nameless ? undefined : person.id,
      anonymous: person.anonymous,
      context: {country: person.place[0], region: person.place[1], city: person.place[2]},
    });
    const page = await context.newPage();
    page.setDefaultTimeout(15000);
    const visitor = new Visitor(page, `http://${HOSTS[visit.app]}`, secrets, random);
    visitor.signUpAs = person.id;
    visitor.npsScore = person.npsScore;
    let first = true;
    for (const name of visit.does) {
      await journeys[name](visitor);
      if (first && !visit.nameless) await visitor.identify(person.id, person.properties);
      first = false;
    }
    await page.evaluate(() => {
      window.footfallRecorder.stop();
    });
    const sent =
        Number(await page.evaluate(() => sessionStorage.getItem('footfall.seq')));
    const count = () => (received.get(session) || []).length;
    // Beacons arrive on their own time.
    const deadline = Date.now() + 15000;
    while (count() < sent) {
      if (Date.now() > deadline) {
        throw new Error(`${session}: ${count()} of ${sent} events arrived`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await context.close();
  }
}

// Every event of a session arrived exactly once, and no id occurs twice anywhere.
function assertComplete(received) {
  const ids = new Set();
  for (const [session, events] of received) {
    const numbers = events.map((event) => event.seq).sort((a, b) => a - b);
    numbers.forEach((number, index) => {
      if (number !== index + 1)
        throw new Error(`${session}: event ${index + 1} is missing`);
    });
    for (const event of events) {
      if (ids.has(event.id)) throw new Error(`${session}: id ${event.id} occurs twice`);
      ids.add(event.id);
    }
  }
}

function summarize(events, visits, now) {
  const perPerson = new Map();
  for (const {person, session} of visits) {
    const id = person.id || `anonymous:${person.anonymous}`;
    const times =
        events.filter((event) => event.session === session).map((event) => event.time);
    const entry = perPerson.get(id) ||
        {person: id, sessions: 0, first_session: Infinity, last_session: 0};
    entry.sessions += 1;
    entry.first_session = Math.min(entry.first_session, times[0]);
    entry.last_session = Math.max(entry.last_session, times[0]);
    perPerson.set(id, entry);
  }
  const types = {};
  for (const event of events) types[event.type] = (types[event.type] || 0) + 1;
  return {
    version: 1,
    now: new Date(now).toISOString(),
    events: events.length,
    sessions: visits.length,
    types,
    people: [...perPerson.values()]
  };
}

async function main() {
  const options = readOptions();
  const random = new Random(options.seed);
  const secrets = new Secrets(random);
  const received = new Map();
  const frames = new Map();
  const files = {
    '/footfall-recorder.js': path.join(HERE, 'footfall-recorder.js'),
    '/host-page.js': path.join(HERE, 'lib', 'host-page.js'),
  };
  const scripts = ['/footfall-recorder.js', '/host-page.js'];
  if (options.recordings) {
    files['/rrweb.js'] = path.join(packageFolder('rrweb'), 'dist', 'rrweb.umd.min.cjs');
    scripts.unshift('/rrweb.js');
  }
  const append = (map, key, items) => map.set(key, (map.get(key) || []).concat(items));
  const server = await serve({
    sites: {
      [HOSTS.crm]: path.join(packageFolder('gentelella'), 'dist'),
      [HOSTS.admin]: packageFolder('admin-lte'),
    },
    files,
    scripts,
    onEvents: (events) => {
      for (const event of events) append(received, event.session, [event]);
    },
    onFrames: (session, items) => append(frames, session, items),
  });
  const {chromium} = await import('playwright-core');
  const profile = await mkdtemp(path.join(os.tmpdir(), 'footfall-record-'));
  // The two host names lead to the loopback server and every other one nowhere, so that
  // addresses in the sample are stable and no page reaches the outside.
  const hosts =
      Object.values(HOSTS).map((host) => `MAP ${host}:80 127.0.0.1:${server.port}`);
  const browser = await chromium.launch({
    executablePath: options.chromium,
    headless: true,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--no-first-run',
      '--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable',
      `--host-resolver-rules=${hosts.join(',')},MAP * ~NOTFOUND`
    ],
    env: {...process.env, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile},
  });
  try {
    const visits =
        people.flatMap((person) => person.sessions.map((visit) => ({person, visit})));
    visits.sort((a, b) => b.visit.day - a.visit.day || a.visit.hour - b.visit.hour);
    let done = 0;
    for (const entry of visits) {
      const {person, visit} = entry;
      const start =
          options.now - visit.day * DAY_MS + Math.round((visit.hour - 12) * 3600 * 1000);
      entry.session = `s-${String(done + 1).padStart(3, '0')}`;
      await runSession({
        browser,
        person,
        visit,
        session: entry.session,
        start,
        secrets,
        random,
        record: options.recordings,
        received
      });
      done += 1;
      process.stderr.write(
          `${entry.session} of ${visits.length}: ${person.id || person.anonymous}, ` +
          `${visit.does.join(', ')}\n`);
    }
    assertComplete(received);
    const events = [...received.values()].flat().sort(
        (a, b) => a.time - b.time || (a.session < b.session ? -1 : 1) || a.seq - b.seq);
    const count = assertCaptured(secrets.kinds, events);
    const summary = summarize(events, visits, options.now);

    await mkdir(options.out, {recursive: true});
    const write = (name, text) => writeFile(path.join(options.out, name), text);
    await write(
        'events.ndjson', events.map((event) => JSON.stringify(event) + '\n').join(''));
    await write(
        'secrets.json',
        JSON.stringify({version: 1, seed: options.seed, ...secrets.kinds}, null, 2) +
            '\n');
    await write('summary.json', JSON.stringify(summary, null, 2) + '\n');
    if (options.recordings) {
      await mkdir(path.join(options.out, 'recordings'), {recursive: true});
      for (const [session, items] of frames) {
        await write(
            path.join('recordings', `${session}.ndjson`),
            items.map((item) => JSON.stringify(item) + '\n').join(''));
      }
    }
    process.stderr.write(
        `${summary.people.length} people, ${summary.sessions} sessions, ` +
        `${events.length} events, ${count} secrets, all of them in the raw events: ${
            options.out}\n`);
  } finally {
    await browser.close();
    await server.close();
    await rm(profile, {recursive: true, force: true});
  }
}

main().catch((error) => {
  process.stderr.write(`record.mjs: ${error.stack || error}\n`);
  process.exit(1);
});
