// Chromium that reaches nothing but this machine, with a profile of its own that is gone
// afterwards.

import {mkdtemp, rm} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/**
 * `chromium` is that of playwright-core; `options` go to its launchPersistentContext.
 * `folder` is for the caller's files too.
 * @return {Promise<{context: BrowserContext, folder: string, close: function(): Promise}>}
 */
export async function startChromium(chromium, options = {}) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'footfall-chromium-'));
  const context = await chromium.launchPersistentContext(path.join(folder, 'profile'), {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--no-first-run',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'
    ],
    env: {...process.env, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder},
    ...options,
  });
  return {
    context,
    folder,
    close: async () => {
      await context.close();
      await rm(folder, {recursive: true, force: true, maxRetries: 5});
    },
  };
}
