// Chromium with a profile of its own that is gone afterwards.

import {mkdtemp, rm} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import {loadPackage} from './packages.mjs';

const {chromium} = loadPackage('playwright-core');

export async function startBrowser() {
  const profile = await mkdtemp(path.join(os.tmpdir(), 'footfall-recordings-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    viewport: {width: 1200, height: 900},
    reducedMotion: 'reduce',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--no-first-run',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'
    ],
    env: {...process.env, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile},
  });
  return {
    context,
    close: async () => {
      await context.close();
      await rm(profile, {recursive: true, force: true, maxRetries: 5});
    },
  };
}
