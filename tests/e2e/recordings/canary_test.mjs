// Secrets planted in pages, recorded by three versions of rrweb in a real browser with
// nothing masked, and looked for in what the filter leaves.
//
//   FOOTFALL_CLI=path/to/footfall node --test canary_test.mjs
//
// Needs Chromium and the npm packages; see packages.mjs.

import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';

import {disguises} from '../leaks.mjs';

import {benign} from './benign.mjs';
import {startBrowser} from './browser.mjs';
import {canaries, canariesOf, pages} from './canaries.mjs';
import {filterLines, filterText} from './filter.mjs';
import {policies} from './policies.mjs';
import {recordPages, servePages} from './record.mjs';
import {findCanaries} from './search.mjs';
import {versions} from './versions.mjs';

const SECRETS_MIN = 85;
const PASSWORDS_MIN = 12;

const work = mkdtempSync(path.join(os.tmpdir(), 'footfall-canaries-'));
// By version and page: {lines, notes, planted}, where `planted` are the secrets that the
// raw recording holds.
const recordings = new Map();

function recordingsOf(version) {
  return pages.map((page) => ({page, ...recordings.get(`${version.name} ${page}`)}));
}

before(async () => {
  const browser = await startBrowser();
  try {
    for (const version of versions) {
      const site = await servePages(version);
      const pagesRecorded = await recordPages(browser.context, site);
      await site.close();
      for (const [page, {events, notes}] of pagesRecorded) {
        const held = new Set(findCanaries(canariesOf(page), events).map(({id}) => id));
        const planted = canariesOf(page).filter(({id}) => held.has(id));
        recordings.set(`${version.name} ${page}`, {lines: events, notes, planted});
      }
    }
  } finally {
    await browser.close();
  }
});

after(() => rmSync(work, {recursive: true, force: true}));

test('all secrets differ', () => {
  assert.equal(new Set(canaries.map(({text}) => text)).size, canaries.length);
  assert.ok(canaries.length >= SECRETS_MIN);
});

test('the search finds a secret in every form', () => {
  const text = 'Ab&cd 12-xyz+Q';
  const secret = [{id: 'planted', text, kind: 'password'}];
  const {forms, folded} = disguises(text);
  const bytes = Buffer.from(text, 'utf16le');
  const planted = [
    ...Object.values(forms), ...Object.values(folded), bytes.toString('latin1'),
    bytes.swap16().toString('latin1'), [...text].reverse().join(''), 'Ab&cd12xyz+Q',
    'A-b&c-d1 2xyz+Q', 'AB&CD 12-XYZ+Q',
    ...['', 'x', 'yz', 'abc'].map(
        (front) => Buffer.from(`${front}${text} b`).toString('base64'))
  ];
  for (const form of planted) {
    const event = {type: 5, data: {tag: 'note', payload: {text: `before ${form} after`}}};
    const found = findCanaries(secret, [JSON.stringify(event)]);
    assert.ok(found.length > 0, form);
    assert.ok(found[0].places.every((place) => place.startsWith('event 0')), form);
  }
  const clean = {type: 5, data: {tag: 'note', payload: {text: 'Ab&cd 12-xy'}}};
  assert.deepEqual(findCanaries(secret, [JSON.stringify(clean)]), []);
  assert.equal(
      findCanaries(secret, [JSON.stringify(clean)], {pieces: () => true}).length, 6);
});

test('the search puts together what is spelled out', () => {
  const secret = [{id: 'planted', text: 'Qx7tR2', kind: 'password'}];
  const events = {
    'one-character fields': (letter, i) =>
        ({type: 3, data: {source: 5, id: i, text: letter}}),
    'one field': (letter) => ({type: 3, data: {source: 5, id: 4, text: `${letter}`}}),
    'a text': (letter) => ({type: 3, data: {source: 0, texts: [{id: 4, value: letter}]}}),
    'an attribute': (letter) => ({
      type: 3,
      data: {source: 0, attributes: [{id: 4, attributes: {title: letter}}]},
    }),
    'added texts': (letter, i) => ({
      type: 3,
      data: {
        source: 0,
        adds: [{parentId: 4, node: {type: 3, id: 10 + i, textContent: letter}}],
      },
    }),
  };
  for (const [name, event] of Object.entries(events)) {
    const lines = [...'Qx7tR2'].map((letter, i) => JSON.stringify(event(letter, i)));
    assert.equal(findCanaries(secret, lines)[0]?.form, 'spelled out', name);
    assert.deepEqual(findCanaries(secret, lines.slice(1)), [], name);
  }
});

for (const version of versions) {
  test(`rrweb ${version.name}: the raw recordings hold the secrets`, (context) => {
    const all = recordingsOf(version);
    const held = all.flatMap(({planted}) => planted);
    const missing = all.flatMap(
        ({page, planted}) =>
            canariesOf(page).filter((canary) => !planted.includes(canary)));
    context.diagnostic(
        `${held.length} of ${canaries.length} secrets; not recorded: ` +
        `${missing.map(({id}) => id).join(', ') || 'none'}`);
    assert.ok(held.length >= SECRETS_MIN);
    assert.ok(held.filter(({kind}) => kind === 'password').length >= PASSWORDS_MIN);
    for (const {page, lines} of all) {
      for (const words of benign[page]) {
        assert.ok(lines.some((line) => line.includes(words)), `${page}: ${words}`);
      }
    }
  });

  for (const {name, policy, removes} of policies) {
    test(`rrweb ${version.name}: no secret survives, ${name}`, () => {
      const survivors = [];
      for (const {page, lines, planted} of recordingsOf(version)) {
        const output = filterLines(lines, policy, work);
        const secrets = planted.filter(({kind}) => removes.includes(kind));
        const pieces = (canary) => isTyped(canary) && !isFreeAtFirst(canary, policy);
        const found = byId(findCanaries(secrets, output, {pieces}));
        for (const [id, hits] of found) {
          const forms = hits.map(({form}) => form).join(', ');
          const places = new Set(hits.flatMap((hit) => hit.places));
          survivors.push(`${page}/${id} as ${forms}: ${[...places].join('; ')}`);
        }
      }
      assert.deepEqual(survivors, []);
    });
  }

  test(`rrweb ${version.name}: what is no secret survives`, () => {
    for (const {name, policy} of policies.slice(0, 2)) {
      for (const {page, lines} of recordingsOf(version)) {
        const output = filterLines(lines, policy, work);
        const lost =
            benign[page].filter((words) => !output.some((line) => line.includes(words)));
        assert.deepEqual(lost, [], `${page}, ${name}`);
      }
    }
  });

  test(`rrweb ${version.name}: how a password was typed does not show`, () => {
    const {lines, notes} = recordings.get(`${version.name} passwords`);
    const copies = ['hidden-copy', 'textarea-copy'];
    const fields = elementIds(
        lines,
        ({attributes}) =>
            attributes.type === 'password' || copies.includes(attributes.id));
    const keys = elementIds(lines, ({attributes}) => attributes.class === 'pad-key');
    assert.ok(fields.size > 30 && keys.size === 10);
    for (const {name, policy} of policies) {
      const raw = typingOn(lines, fields);
      const left = typingOn(filterLines(lines, policy, work), fields);
      assert.ok(Math.max(...raw.values()) >= 14);
      assert.ok(
          Math.max(0, ...left.values()) <= 1, `${name}: ${JSON.stringify([...left])}`);
      assert.ok(pointersOn(lines, keys, notes.keypad).length > 8);
      assert.deepEqual(
          pointersOn(filterLines(lines, policy, work), keys, notes.keypad), [], name);
    }
  });
}

test('a JSON array is filtered like lines', () => {
  const {lines} = recordings.get('2.2.2 displayed');
  assert.deepEqual(
      filterText(`[${lines.join(',\n')}]`, {}, work), filterLines(lines, {}, work));
});

test('filtering again changes nothing', () => {
  for (const version of versions) {
    for (const {page, lines} of recordingsOf(version)) {
      const once = filterLines(lines, {}, work);
      assert.deepEqual(filterLines(once, {}, work), once, `${version.name} ${page}`);
    }
  }
});

function byId(found) {
  const groups = new Map();
  for (const hit of found) groups.set(hit.id, [...(groups.get(hit.id) ?? []), hit]);
  return groups;
}

// Digits in a row occur in times, too.
function isTyped({kind, text}) {
  return ['password', 'typed'].includes(kind) && /[a-z]/i.test(text);
}

// What is typed into a field before it becomes a password field passes if values do.
function isFreeAtFirst({page, id}, policy) {
  return policy.allow_values !== undefined && page === 'passwords' && id === 'late';
}

// The ids that `matches` elements ever have in the snapshots of a recording.
function elementIds(lines, matches) {
  const ids = new Set();
  const walk = (node) => {
    if (node.type === 2 && matches(node)) ids.add(node.id);
    for (const child of node.childNodes ?? []) walk(child);
  };
  for (const {type, data} of lines.map((line) => JSON.parse(line))) {
    if (type === 2) walk(data.node);
    for (const add of (data.source === 0 && data.adds) || []) walk(add.node);
  }
  return ids;
}

// How many input events each of the fields has.
function typingOn(lines, fields) {
  const counts = new Map();
  for (const {type, data} of lines.map((line) => JSON.parse(line))) {
    if (type !== 3 || data.source !== 5 || !fields.has(data.id)) continue;
    counts.set(data.id, (counts.get(data.id) ?? 0) + 1);
  }
  return counts;
}

// The pointer events that tell which keys of the keypad were tapped.
function pointersOn(lines, keys, {started, ended, pad}) {
  const inside = ({x, y}) =>
      x >= pad.x && x <= pad.x + pad.width && y >= pad.y && y <= pad.y + pad.height;
  const found = [];
  for (const {type, timestamp, data} of lines.map((line) => JSON.parse(line))) {
    if (type !== 3 || ![1, 2, 6].includes(data.source)) continue;
    const during = timestamp >= started && timestamp <= ended;
    for (const point of data.positions ?? [data]) {
      if (keys.has(point.id) || (during && inside(point)))
        found.push({source: data.source, ...point});
    }
  }
  return found;
}
