// A loopback server for pages, on two free ports, so that each page has another origin to
// frame.

import {readFile} from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.cjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.woff2': 'font/woff2',
};

// One pixel.
const DOT = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbH' +
        'YQAAAABJRU5ErkJggg==',
    'base64');

function listen(handler) {
  const server = http.createServer((request, response) => {
    handler(request, response).catch((error) => {
      response.writeHead(500, {'content-type': 'text/plain'}).end(String(error));
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

// `folders` are searched in order; `files` maps a path to a file in front of them. `fill`
// gets the text of each page and answers what is sent. Answers {origin, other, close}:
// the two origins.
export async function serve({folders, files = {}, fill = (text) => text}) {
  let other = '';
  async function find(name) {
    const candidates =
        files[name] ? [files[name]] : folders.map((folder) => path.join(folder, name));
    for (const file of candidates) {
      const content = await readFile(file).catch(() => null);
      if (content !== null) return {file, content};
    }
    return null;
  }
  async function handler(request, response) {
    const name =
        path.normalize(decodeURIComponent(new URL(request.url, 'http://h').pathname));
    if (name === '/dot.png') {
      response.writeHead(200, {'content-type': 'image/png'}).end(DOT);
      return;
    }
    const found = await find(name);
    if (found === null) {
      response.writeHead(404, {'content-type': 'text/plain'}).end('not found');
      return;
    }
    const extension = path.extname(found.file);
    const content = extension === '.html' ?
        fill(found.content.toString('utf8').replaceAll('{{OTHER}}', other), name) :
        found.content;
    response
        .writeHead(200, {
          'content-type': TYPES[extension] ?? 'application/octet-stream',
          'cache-control': 'no-store',
          // The replayer, at another origin, loads fonts.
          'access-control-allow-origin': '*',
        })
        .end(content);
  }
  const servers = [await listen(handler), await listen(handler)];
  const [origin, second] =
      servers.map((server) => `http://127.0.0.1:${server.address().port}`);
  other = second;
  return {
    origin,
    other,
    close: () => Promise.all(servers.map((server) => new Promise((resolve) => {
                                           server.closeAllConnections();
                                           server.close(resolve);
                                         }))),
  };
}
