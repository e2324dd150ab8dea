// Filtered recordings in rrweb's own replayer: it misses no node, and the pages look as
// those of the raw recordings.
//
//   FOOTFALL_CLI=path/to/footfall FOOTFALL_RECORDER=folder node --test replay_test.mjs
//
// Needs Chromium and the npm packages, see packages.mjs, and for the sample pages a copy
// of examples/recorder with its packages.

import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';

import {startBrowser} from './browser.mjs';
import {filterLines} from './filter.mjs';
import {packageFile} from './packages.mjs';
import {policies} from './policies.mjs';
import {recordPages, servePages} from './record.mjs';
import {recordSamples} from './samples.mjs';
import {serve} from './server.mjs';
import {versions} from './versions.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const VERSION = versions.find(({name}) => name === '2.2.2');

// Of the elements that the raw recording shows: how many have to be where they were.
const KEPT_MIN = 0.95;
const MOVED_MAX = 12;  // In pixels, for each side.
const PLACED_MIN = 0.85;
const DIFFERENCE_MAX = 0.04;

const work = mkdtempSync(path.join(os.tmpdir(), 'footfall-replay-'));
const recordings = new Map();
const open = [];
let player;
let messages = [];

before(async () => {
  const browser = await startBrowser();
  open.unshift(browser);
  const site = await servePages(VERSION);
  open.push(site);
  for (const [name, {events}] of await recordPages(browser.context, site)) {
    recordings.set(name, events);
  }
  const samples = await recordSamples(browser.context, VERSION);
  open.push(samples);
  for (const [name, events] of samples.recordings) recordings.set(name, events);

  const players = await serve({
    folders: [path.join(HERE, 'pages')],
    files: {
      '/rrweb.js': VERSION.recorder,
      '/player.css': packageFile('rrweb/dist/style.css')
    },
  });
  open.push(players);
  player = await browser.context.newPage();
  player.on('console', (message) => {
    // The browser's own words about what it cannot load, and about masks as numbers.
    const bad = ['warning', 'error'].includes(message.type()) ||
        message.text().includes('not found');
    if (bad && !isNoise(message.text())) messages.push(message.text());
  });
  player.on('pageerror', (error) => messages.push(String(error)));
  await player.goto(`${players.origin}/player.html`);
});

after(async () => {
  for (const item of open) await item.close();
  rmSync(work, {recursive: true, force: true});
});

function isNoise(text) {
  return /^Failed to load resource|^Blocked script execution|cannot be parsed/.test(text);
}

const parsed = (lines) => lines.map((line) => JSON.parse(line));

// Replays to the end and answers what is seen there.
async function endOf(lines) {
  messages = [];
  const boxes = await player.evaluate((events) => window.jump(events), parsed(lines));
  const picture = await player.screenshot({animations: 'disabled'});
  return {
    boxes,
    picture: `data:image/png;base64,${picture.toString('base64')}`,
    messages
  };
}

// How alike two ends are: the share of the first one's elements that the second has, the
// share of these that stand at the same place, and the difference of the pictures.
async function compare(first, second) {
  const ids = Object.keys(first.boxes);
  const kept = ids.filter((id) => second.boxes[id]);
  const placed = kept.filter(
      (id) => first.boxes[id].every(
          (side, i) => Math.abs(side - second.boxes[id][i]) <= MOVED_MAX));
  return {
    elements: ids.length,
    kept: kept.length / ids.length,
    placed: placed.length / kept.length,
    difference: await player.evaluate(
        (pictures) => window.difference(pictures), [first.picture, second.picture]),
  };
}

function looksAlike({kept, placed, difference}) {
  return kept >= KEPT_MIN && placed >= PLACED_MIN && difference <= DIFFERENCE_MAX;
}

// A recording without any of its style rules.
function withoutStyles(lines) {
  const strip = (node, insideStyle) => {
    for (const name of ['_cssText', 'style']) delete node.attributes?.[name];
    if (node.tagName === 'link') delete node.attributes.href;
    if (insideStyle && node.type === 3) node.textContent = '';
    for (const child of node.childNodes ?? []) strip(child, node.tagName === 'style');
  };
  return parsed(lines)
      .filter(({type, data}) => type !== 3 || ![8, 13, 15].includes(data.source))
      .map((event) => {
        if (event.type === 2) strip(event.data.node, false);
        for (const add of event.data?.adds ?? []) strip(add.node, false);
        return JSON.stringify(event);
      });
}

test('the replayer warns about missing nodes', async () => {
  const lines = recordings.get('displayed');
  const last = JSON.parse(lines.at(-1));
  const change = {
    type: 3,
    timestamp: last.timestamp,
    data: {
      source: 0,
      texts: [{id: 99999, value: 'x'}],
      attributes: [],
      removes: [],
      adds: []
    },
  };
  const {messages: warned} = await endOf([...lines, JSON.stringify(change)]);
  assert.ok(warned.some((text) => /99999.* not found/.test(text)), warned.join('\n'));
});

test('the pages are recorded with what is to be replayed', () => {
  assert.ok(recordings.size >= 10);
  for (const [name, lines] of recordings) {
    const events = parsed(lines);
    assert.ok(events.some(({type}) => type === 2), name);
    assert.ok(events.some(({type, data}) => type === 3 && data.source === 0), name);
  }
});

test('filtered recordings play without a missing node', async () => {
  const warnings = [];
  for (const [name, lines] of recordings) {
    // An interaction with a node that is gone by then is recorded, and debug output only.
    const {messages: known} = await endOf(lines);
    assert.ok(known.every((text) => text.includes('{source: 2,')), `${name}: ${known}`);
    const note = (how) => {
      const unknown = messages.filter((text) => !known.includes(text));
      warnings.push(...unknown.map((text) => `${name}, ${how}: ${text}`));
    };
    for (const {name: policyName, policy} of policies.slice(0, 2)) {
      const filtered = filterLines(lines, policy, work);
      await endOf(filtered);
      note(policyName);
      messages = [];
      await player.evaluate((events) => window.playThrough(events), parsed(filtered));
      note(`${policyName}, played`);
    }
  }
  assert.deepEqual(warnings, []);
});

test('filtered recordings look like the raw ones', async (context) => {
  const unlike = [];
  for (const [name, lines] of recordings) {
    await endOf(lines);  // Loads what is cached afterwards.
    const raw = await endOf(lines);
    const again = await compare(raw, await endOf(lines));
    assert.ok(
        again.kept === 1 && again.placed > 0.99 && again.difference < 0.005,
        `${name}: ${JSON.stringify(again)}`);
    const filtered = await endOf(filterLines(lines, {}, work));
    const likeness = await compare(raw, filtered);
    const bare =
        await compare(raw, await endOf(withoutStyles(filterLines(lines, {}, work))));
    context.diagnostic(
        `${name}: ${JSON.stringify(likeness)}, without styles ${JSON.stringify(bare)}`);
    if (!looksAlike(likeness)) unlike.push(`${name}: ${JSON.stringify(likeness)}`);
    // The bounds tell the loss of all style rules.
    assert.ok(!looksAlike(bare), `${name} without styles: ${JSON.stringify(bare)}`);
  }
  assert.deepEqual(unlike, []);
});
