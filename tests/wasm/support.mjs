// The module under test, and what the native filter makes of the same inputs.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

function required(name) {
  assert.ok(process.env[name], `${name} is not set`);
  return process.env[name];
}

export function packageFile(name) {
  return path.join(required('FOOTFALL_WASM_PACKAGE'), name);
}

/** The exports of a loader of the package. */
export function importLoader(name = 'footfall-filter.mjs') {
  return import(pathToFileURL(packageFile(name)));
}

/** The module, loaded in the way that Node needs. */
export async function loadModule() {
  const {loadFilter} = await importLoader();
  return loadFilter(await readFile(packageFile('footfall-filter.wasm')));
}

/** What a program writes. */
export async function outputOf(program, args) {
  const child = spawn(program, args, {stdio: ['ignore', 'pipe', 'inherit']});
  const pieces = [];
  for await (const piece of child.stdout) pieces.push(piece);
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise((resolve) => child.once('close', resolve));
  }
  assert.equal(child.exitCode, 0, `${program} ${args.join(' ')}`);
  return Buffer.concat(pieces);
}

/** The native filter's work, as reference.cc describes it. */
export function reference(...args) {
  return outputOf(required('FOOTFALL_WASM_REFERENCE'), args);
}

const PARTS = ['policy', 'input', 'nextPolicy', 'output', 'counters'];

/** The cases in what the reference writes, each with its parts as bytes. */
export function* casesOf(bytes) {
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf('\n', at);
    const test = JSON.parse(bytes.toString('utf8', at, end));
    at = end + 1;
    PARTS.forEach((part, i) => {
      test[part] = bytes.subarray(at, at + test.sizes[i]);
      at += test.sizes[i];
    });
    yield test;
  }
}
