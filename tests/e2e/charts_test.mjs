// The pictures of charts in a real browser: they are pictures and nothing else, every text
// can be read, and nothing lies over anything.
//
//   FOOTFALL_CHART_SAMPLES=.../chart_samples node --test charts_test.mjs
//
// Needs Chromium, and examples/recorder with its npm packages; FOOTFALL_RECORDER names a
// copy of that folder that has them. FOOTFALL_CHART_PICTURES=DIR writes the pictures of the
// documentation into DIR.

import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const RECORDER =
    process.env.FOOTFALL_RECORDER ?? path.join(HERE, '..', '..', 'examples', 'recorder');
const {chromium} = createRequire(path.join(RECORDER, 'package.json'))('playwright-core');

const DOCUMENTED = ['funnel', 'funnel-groups', 'retention', 'trend', 'trend-keys', 'nps'];

let work, browser, page;
const requested = [];
const alerts = [];

before(async () => {
  work = mkdtempSync(path.join(os.tmpdir(), 'footfall-charts-'));
  execFileSync(process.env.FOOTFALL_CHART_SAMPLES, [work]);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  page = await browser.newPage({viewport: {width: 760, height: 600}});
  page.on('request', (request) => requested.push(request.url()));
  page.on('dialog', async (dialog) => {
    alerts.push(dialog.message());
    await dialog.dismiss();
  });
});

after(async () => {
  await browser?.close();
  if (work) rmSync(work, {recursive: true, force: true});
});

/** What is wrong with the picture in the page, a line each. Runs in the browser. */
function faultsOfPicture() {
  const svg = document.querySelector('svg');
  const faults = [];
  const allowed = {
    svg: ['xmlns', 'width', 'height', 'viewBox', 'role', 'font-family'],
    title: [],
    desc: [],
    rect: ['x', 'y', 'width', 'height', 'rx', 'fill', 'stroke'],
    line: ['x1', 'y1', 'x2', 'y2', 'stroke', 'stroke-width', 'stroke-dasharray'],
    path: ['d', 'fill', 'stroke', 'stroke-width', 'stroke-linejoin', 'stroke-dasharray'],
    circle: ['cx', 'cy', 'r', 'fill'],
    text: ['x', 'y', 'font-size', 'fill', 'text-anchor', 'font-weight'],
  };
  for (const element of [svg, ...svg.querySelectorAll('*')]) {
    const names = allowed[element.localName];
    if (names === undefined) faults.push(`an element ${element.localName}`);
    for (const {name} of element.attributes) {
      if (!names?.includes(name)) faults.push(`${element.localName} with ${name}`);
    }
  }
  for (const name of ['title', 'desc']) {
    const first = svg.querySelector(`:scope > ${name}`);
    if (!first?.textContent.trim()) faults.push(`no ${name}`);
  }

  const luminance = (colour) => {
    const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
        .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const contrast = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const overlaps = (a, b, by) =>
    a.x + by < b.x + b.width && b.x + by < a.x + a.width &&
    a.y + by < b.y + b.height && b.y + by < a.y + a.height;

  const {width, height} = svg.viewBox.baseVal;
  const shapes = [];
  const texts = [];
  for (const element of svg.querySelectorAll('rect, text, path, circle')) {
    const box = element.getBBox();
    const shown = [...element.childNodes].filter((node) => node.nodeType === 3)
        .map((node) => node.data).join('');
    if (box.x < 0 || box.x + box.width > width || box.y < 0 ||
        box.y + box.height > height) {
      faults.push(`outside: ${element.localName} ${shown}`);
    }
    if (element.localName === 'rect') {
      shapes.push({box, fill: element.getAttribute('fill')});
    }
    if (element.localName === 'path' &&
        contrast(element.getAttribute('stroke'), '#ffffff') < 3) {
      faults.push(`a pale line ${element.getAttribute('stroke')}`);
    }
    if (element.localName !== 'text') continue;
    for (const other of texts) {
      if (overlaps(box, other.box, 0.5)) faults.push(`${shown} lies over ${other.shown}`);
    }
    texts.push({box, shown});
    // What a text stands on: every shape before it that it touches.
    const grounds = shapes.filter((shape) => overlaps(box, shape.box, 0.5));
    const ground = grounds[grounds.length - 1];
    const ratio = contrast(element.getAttribute('fill'), ground.fill);
    if (ratio < 4.5) faults.push(`${shown} has a contrast of ${ratio.toFixed(2)}`);
  }
  return {faults, texts: texts.map(({shown}) => shown)};
}

test('pictures in a browser', async (t) => {
  const names = readdirSync(work).filter((name) => name.endsWith('.svg'));
  assert.ok(names.length >= 20);
  for (const name of names) {
    await t.test(name, async () => {
      const svg = readFileSync(path.join(work, name), 'utf8');
      await page.setContent(`<!doctype html><body style="background:#111">${svg}</body>`);
      const {faults, texts} = await page.evaluate(faultsOfPicture);
      assert.deepEqual(faults, []);
      assert.ok(texts.length >= 3, `${texts}`);
      // As mail programs and pages show it: strict XML, in an image.
      const size = await page.evaluate(async (source) => {
        const image = new Image();
        image.src = 'data:image/svg+xml,' + encodeURIComponent(source);
        await image.decode();
        return [image.naturalWidth, image.naturalHeight];
      }, svg);
      assert.deepEqual(size, [720, Number(/height="(\d+)"/.exec(svg)[1])]);
      if (process.env.FOOTFALL_CHART_PICTURES && DOCUMENTED.includes(name.slice(0, -4))) {
        await page.locator('svg').screenshot({
          path: path.join(process.env.FOOTFALL_CHART_PICTURES,
                          name.replace('.svg', '.png')),
        });
      }
    });
  }
  assert.deepEqual(alerts, []);
  assert.deepEqual(requested.filter((url) => !url.startsWith('data:')), []);
});

test('what is wrong with a picture is found', async () => {
  const faultsOf = async (inside) => {
    await page.setContent(
        '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50" ' +
        'viewBox="0 0 100 50" role="img"><title>t</title><desc>d</desc>' +
        `<rect x="0" y="0" width="100" height="50" fill="#ffffff"/>${inside}</svg>`);
    return (await page.evaluate(faultsOfPicture)).faults.join('; ');
  };
  assert.equal(await faultsOf('<text x="5" y="20" fill="#000000">fine</text>'), '');
  assert.match(await faultsOf('<text x="5" y="20" fill="#aaaaaa">pale</text>'), /contrast/);
  assert.match(await faultsOf('<rect x="0" y="0" width="40" height="40" fill="#222222"/>' +
                              '<text x="5" y="20" fill="#000000">dark</text>'), /contrast/);
  assert.match(await faultsOf('<text x="90" y="20" fill="#000000">outside</text>'),
               /outside/);
  assert.match(await faultsOf('<text x="5" y="20" fill="#000000">one</text>' +
                              '<text x="7" y="22" fill="#000000">two</text>'), /lies over/);
  assert.match(await faultsOf('<path d="M0,0L9,9" stroke="#eeeeee" fill="none"/>'), /pale/);
  assert.match(await faultsOf('<a href="https://example.com/">x</a>'), /element a/);
  assert.match(await faultsOf('<rect onclick="x()" width="1" height="1" fill="#ffffff"/>'),
               /rect with onclick/);
});
