// Pages with the recorder in them: a server on loopback, and a Chromium that reaches
// nothing else and whose profile is gone afterwards.

import {mkdtempSync, rmSync} from 'node:fs';
import http from 'node:http';
import {createRequire} from 'node:module';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

/** The folder of the recorder, with its npm packages. */
export const RECORDER = process.env.FOOTFALL_RECORDER ??
    fileURLToPath(new URL('../../examples/recorder', import.meta.url));

const {chromium} = createRequire(path.join(RECORDER, 'package.json'))('playwright-core');

/**
 * Serves what `answer(request, response)` writes. `folder` is for the test's files too.
 * @return {{origin: string, context: BrowserContext, folder: string,
 *     close: function(): Promise}}
 */
export async function servePages(answer) {
  const server = http.createServer((request, response) => {
    answer(request, response).catch((error) => response.destroy(error));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'footfall-pages-'));
  const context = await chromium.launchPersistentContext(path.join(folder, 'profile'), {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--no-first-run',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'
    ],
    env: {...process.env, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder},
  });
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    context,
    folder,
    close: async () => {
      await context.close();
      server.closeAllConnections();
      server.close();
      rmSync(folder, {recursive: true, force: true, maxRetries: 5});
    },
  };
}
