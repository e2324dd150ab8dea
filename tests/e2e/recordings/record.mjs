// Records the pages, and any other page that loads start.js.

import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {pages, textsOf} from './canaries.mjs';
import {scenarios} from './scenarios.mjs';
import {serve} from './server.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));

// Opens the page at `url`, which starts the recorder by itself, lets `drive` use it and
// answers {events, notes}: the recorded events, each as JSON, and what `drive` answered.
export async function recordPage(context, url, drive) {
  const page = await context.newPage();
  try {
    page.setDefaultTimeout(10000);
    await page.goto(url, {waitUntil: 'load'});
    await page.waitForFunction(() => window.recorded.length >= 2);
    await page.waitForTimeout(200);
    const notes = await drive(page);
    await page.waitForTimeout(200);
    const events = await page.evaluate(() => window.recorded);
    return {events, notes};
  } finally {
    await page.close();
  }
}

// Serves the pages with their secrets and one version of the recorder.
export function servePages(version) {
  return serve({
    folders: [path.join(HERE, 'pages')],
    files: {'/rrweb.js': version.recorder, '/plugin.js': version.plugin},
    fill: (text, file) => {
      const own = textsOf(path.basename(file, '.html'));
      return text.replace(/\{\{([\w-]+)\}\}/g, (mark, id) => own[id] ?? mark);
    },
  });
}

// Answers a map from the page's name to what recordPage answers.
export async function recordPages(context, site) {
  const recordings = new Map();
  for (const name of pages) {
    const drive = (page) => scenarios[name](page, textsOf(name));
    recordings.set(name, await recordPage(context, `${site.origin}/${name}.html`, drive));
  }
  return recordings;
}
