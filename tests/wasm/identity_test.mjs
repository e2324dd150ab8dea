// The module and the native filter give the same bytes and the same counters, for every
// input that the privacy tests have.
//
// Needs the environment that CMakeLists.txt sets. To compare files by hand, name them in
// FOOTFALL_WASM_FILES: "rrweb:a.ndjson events:b.ndjson".

import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';

import {casesOf, importLoader, loadModule, outputOf, reference} from './support.mjs';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
// At least so many cases of each group were compared when this was written.
const CASES_MIN = {
  cases: 350,
  swaps: 2000,
  recordings: 700,
  differential: 170,
  random_pages: 60,
  policies: 110,
  scan: 1000,
  css: 260,
  seeds: 190,
  files: 2,
};
const PIECES_OF = 7;
const PIECES_BYTES_MAX = 20000;

const work = mkdtempSync(path.join(os.tmpdir(), 'footfall-wasm-'));
const {FootfallPolicyError} = await importLoader();
let module;
let cases;

async function writeFiles() {
  const sample = path.join(work, 'sample.ndjson');
  writeFileSync(
      sample, await outputOf('zstd', [
        '-dcq', path.join(ROOT, 'examples', 'recorder', 'sample', 'events.ndjson.zst')
      ]));
  const generated = path.join(work, 'generated.ndjson');
  await outputOf(
      process.env.FOOTFALL_GENERATE,
      ['--events', '20000', '--people', '400', '-o', generated]);
  return [`events:${sample}`, `events:${generated}`];
}

before(async () => {
  module = await loadModule();
  const files = await writeFiles();
  const more = (process.env.FOOTFALL_WASM_FILES ?? '').split(' ').filter(Boolean);
  cases = [...casesOf(
      await reference('corpus', path.join(ROOT, 'tests'), ...files, ...more))];
});

after(() => rmSync(work, {recursive: true, force: true}));

// Answers {output, counters}, as text, of the case's input cut into pieces.
function filtered(test, bytesOfPiece) {
  let filter;
  try {
    filter = module.createFilter({policy: test.policy, format: test.format});
  } catch (error) {
    if (!(error instanceof FootfallPolicyError)) throw error;
    const {path, byte} = error;
    const message =
        path === '' ? error.message : error.message.slice(path.length + ': '.length);
    return {output: JSON.stringify({path, message, byte}), counters: ''};
  }
  let output = '';
  const write = (bytes) => {
    for (let at = 0; at < bytes.length; at += bytesOfPiece)
      output += filter.write(bytes.subarray(at, at + bytesOfPiece));
  };
  if (test.nextPolicy.length) {
    write(test.input.subarray(0, test.swap_at));
    filter.setPolicy(test.nextPolicy);
    write(test.input.subarray(test.swap_at));
  } else {
    write(test.input);
  }
  output += filter.finish();
  const counters = JSON.stringify(filter.counters());
  filter.free();
  return {output, counters};
}

function same(test, bytesOfPiece) {
  const {output, counters} = filtered(test, bytesOfPiece);
  const where = `${test.group}: ${test.name} (${test.format})`;
  assert.equal(counters, test.counters.toString(), where);
  // A long text's difference would take long to show.
  assert.ok(
      Buffer.from(output).equals(test.output),
      output.length < 1e5 ? `${where}\n${output}\n${test.output}` : where);
}

test('the same bytes and counters for every case', () => {
  const counts = {};
  for (const each of cases) {
    same(each, Infinity);
    counts[each.group] = (counts[each.group] ?? 0) + 1;
  }
  console.log(`compared: ${JSON.stringify(counts)}, ${cases.length} in all`);
  for (const [group, least] of Object.entries(CASES_MIN))
    assert.ok(counts[group] >= least, `${group}: ${counts[group]} < ${least}`);
});

test('the same in pieces', () => {
  let count = 0;
  for (const each of cases) {
    if (each.input.length > PIECES_BYTES_MAX) continue;
    same(each, PIECES_OF);
    ++count;
  }
  assert.ok(count > 1000, `${count} cases`);
});

test('the comparison has something to compare', () => {
  const rules = new Set();
  let changed = 0;
  let refused = 0;
  for (const {input, output, counters} of cases) {
    if (!counters.length) {
      ++refused;
      continue;
    }
    Object.keys(JSON.parse(counters).rules).forEach((rule) => rules.add(rule));
    changed += output.length > 0 && !output.equals(input);
  }
  assert.ok(changed > cases.length / 2, `${changed} of ${cases.length} changed`);
  assert.ok(refused > 50, `${refused} policies refused`);
  assert.ok(rules.size >= 45, [...rules].sort().join(' '));
});
