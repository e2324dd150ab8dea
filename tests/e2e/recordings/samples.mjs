// Recordings of the sample pages, by short visits: dialogs, scrolling, typing and pages
// that change by themselves.

import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {recordPage} from './record.mjs';
import {serve} from './server.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const RECORDER = process.env.FOOTFALL_RECORDER ??
    path.join(HERE, '..', '..', '..', 'examples', 'recorder');

async function type(page, selector, text) {
  await page.locator(selector).first().click();
  await page.keyboard.type(text);
}

async function scroll(page, distance) {
  await page.mouse.move(700, 500);
  await page.mouse.wheel(0, distance);
  await page.waitForTimeout(250);
}

const visits = {
  'gentelella/dist': {
    // A dialog is built and opened.
    '/production/general_elements.html': async (page) => {
      await scroll(page, 400);
      await page.locator('#open-modal-demo').click();
      await page.waitForTimeout(400);
    },
    // Messages are added.
    '/production/chat.html': async (page) => {
      for (const words of ['The crane is ready', 'We start at nine']) {
        await type(page, '#chat-input', words);
        await page.keyboard.press('Enter');
      }
      await page.waitForTimeout(300);
    },
    '/production/settings.html': async (page) => {
      await type(page, '#full-name', ' and sons');
      await scroll(page, 600);
    },
    '/production/index.html': (page) => scroll(page, 300),
  },
  'admin-lte': {
    '/pages/UI/modals.html': async (page) => {
      await page.locator('[data-target="#modal-info"]').click();
      await page.waitForTimeout(600);
    },
    '/pages/forms/general.html': async (page) => {
      await type(page, '#exampleInputPassword1', 'Quay=Lantern7');
      await type(page, 'textarea:not([disabled])', 'Two crates are missing');
      await page.locator('.sidebar-toggle').click();
      await scroll(page, 300);
    },
  },
};

const withRecorder = (text) => text.replace(
    /<head>/i,
    (head) =>
        `${head}<script src="/rrweb.js"></script><script src="/start.js"></script>`);

// Records all visits with one version of the recorder. Answers the recordings by name and
// the sites, which stay up for the replay until `close` is called.
export async function recordSamples(context, version) {
  const recordings = new Map();
  const sites = [];
  for (const [folder, drives] of Object.entries(visits)) {
    const site = await serve({
      folders: [path.join(RECORDER, 'node_modules', folder), path.join(HERE, 'pages')],
      files: {'/rrweb.js': version.recorder},
      fill: withRecorder,
    });
    sites.push(site);
    for (const [page, drive] of Object.entries(drives)) {
      const {events} = await recordPage(context, site.origin + page, drive);
      recordings.set(`${folder.split('/')[0]}${page}`, events);
    }
  }
  return {recordings, close: () => Promise.all(sites.map((site) => site.close()))};
}
