// What the tests of the Node package share.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Store } from 'footfall';

export const source = process.env.FOOTFALL_SOURCE_DIR;
export const packageDirectory = join(fileURLToPath(import.meta.url), '../..');
export const NOW_MS = 1763712000000;
export const NOW = new Date(NOW_MS); // 2025-11-21T08:00:00Z
export const options = { now: NOW };

/** A custom event `minutesAgo` before NOW. */
export function track(person, minutesAgo, more = {}) {
  return {
    type: 'track',
    name: 'save',
    person,
    time: NOW_MS - minutesAgo * 60000,
    ...more,
  };
}

export function instant(minutesAgo) {
  return new Date(NOW_MS - minutesAgo * 60000);
}

/** A directory that is removed after the test `t`. */
export function temporary(t) {
  const directory = mkdtempSync(join(tmpdir(), 'footfall-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** An empty store that is closed and removed after the test `t`. */
export async function emptyStore(t) {
  const directory = mkdtempSync(join(tmpdir(), 'footfall-'));
  const store = await Store.open(join(directory, 'db'));
  t.after(async () => {
    await store.close().catch((error) => {
      if (error.code !== 'FAILED_PRECONDITION') throw error; // The test closed it.
    });
    rmSync(directory, { recursive: true, force: true });
  });
  return { directory, store };
}

export async function collect(iterable) {
  const all = [];
  for await (const item of iterable) all.push(item);
  return all;
}

/** The fenced code blocks of that language in a Markdown file. */
export function codeBlocks(path, language) {
  const pattern = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms');
  return [...readFileSync(path, 'utf8').matchAll(pattern)].map((match) => match[1]);
}

/** The names declared FOOTFALL_API in the public headers. */
export function apiFunctions() {
  const directory = join(source, 'include/footfall');
  return readdirSync(directory)
    .filter((name) => name.endsWith('.h'))
    .flatMap((name) => {
      const text = readFileSync(join(directory, name), 'utf8').replace(/\/\/[^\n]*/g, '');
      return [...text.matchAll(/FOOTFALL_API\b[^;(]*?\b(footfall_\w+)\s*\(/g)].map(
        (m) => m[1],
      );
    });
}
