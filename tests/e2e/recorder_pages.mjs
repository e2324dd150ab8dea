// Pages with the recorder in them: a server on loopback, and a browser for them.

import http from 'node:http';
import {createRequire} from 'node:module';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {startChromium} from './chromium.mjs';

/** The folder of the recorder, with its npm packages. */
export const RECORDER = process.env.FOOTFALL_RECORDER ??
    fileURLToPath(new URL('../../examples/recorder', import.meta.url));

const {chromium} = createRequire(path.join(RECORDER, 'package.json'))('playwright-core');

/**
 * Serves what `answer(request, response)` writes. `folder` is for the test's files too.
 * @return {Promise<{origin: string, context: BrowserContext, folder: string,
 *     close: function(): Promise}>}
 */
export async function servePages(answer) {
  const server = http.createServer((request, response) => {
    answer(request, response).catch((error) => response.destroy(error));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await startChromium(chromium);
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    context: browser.context,
    folder: browser.folder,
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
