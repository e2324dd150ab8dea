// Serves the pages of the two templates on a free loopback port, with the snippet added,
// and collects what the snippet sends. Stands in for the host's own web server.

import {readFile} from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/json'
};

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

// `sites` maps a host name to a folder, `files` an absolute path to a file that every
// host has, `scripts` lists the paths of those to load first in each page. Answers {port,
// close}.
export async function serve({sites, files, scripts, onEvents, onFrames}) {
  const tags = scripts.map((src) => `<script src="${src}"></script>`).join('');

  async function answer(request, response) {
    const url = new URL(request.url, `http://${request.headers.host}`);
    if (url.pathname === '/collect' || url.pathname === '/collect-frames') {
      const items = JSON.parse(await body(request));
      if (url.pathname === '/collect')
        onEvents(items);
      else
        onFrames(url.searchParams.get('session'), items);
      response.writeHead(204).end();
      return;
    }
    const root = sites[url.hostname];
    let file = files[url.pathname];
    if (!file && root) {
      file = path.join(root, path.normalize(decodeURIComponent(url.pathname)));
      if (!file.startsWith(root + path.sep)) file = null;
    }
    let content = file ? await readFile(file).catch(() => null) : null;
    if (content === null) {
      response.writeHead(404, {'content-type': 'text/plain'}).end('not found');
      return;
    }
    const extension = path.extname(file);
    if (extension === '.html') {
      content = content.toString('utf8').replace(/<head>/i, (head) => head + tags);
    }
    response
        .writeHead(200, {
          'content-type': TYPES[extension] ||
              (files[url.pathname] ? TYPES['.js'] : 'application/octet-stream'),
          'cache-control': 'no-cache',
        })
        .end(content);
  }

  const server = http.createServer((request, response) => {
    answer(request, response).catch((error) => {
      response.writeHead(500, {'content-type': 'text/plain'}).end(String(error));
    });
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: server.address().port,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
  };
}
