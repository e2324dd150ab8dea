// What one would write in Node in place of the filter: parse each event, mask it by the
// same rules as far as they are simple, and write it again. It masks less than Footfall
// does (no secret memory, no field that was once a password, no keypads, fewer scanners).
//
//   node mask.mjs FILE [--events N] [--repetitions N]
//
// FILE holds interactions or rrweb events, NDJSON or a JSON array. Prints the median of
// the repetitions as JSON, or with --print the masked events.
import { readFileSync } from 'node:fs';

const MASK = '***';
const TOP = new Set(['id', 'time', 'seq', 'person', 'anonymous', 'session', 'app',
  'environment', 'type', 'name', 'url', 'title', 'key', 'value', 'element', 'properties',
  'context']);
const ELEMENT = new Set(['tag', 'id', 'class', 'type', 'name', 'text', 'label', 'value',
  'autocomplete', 'path']);
const CONTEXT = new Set(['country', 'region', 'city', 'browser', 'browser_version', 'os',
  'os_version', 'device', 'https']);
const INTERACTIONS = new Set(['click', 'page_view', 'input', 'keystroke', 'submit', 'select']);
const NAVIGATION = new Set(['Tab', 'Enter', 'Escape', 'ArrowUp', 'ArrowDown', 'ArrowLeft',
  'ArrowRight', 'PageUp', 'PageDown']);
const ATTRIBUTES = new Set(['id', 'class', 'style', 'type', 'role', 'href', 'src', 'rel',
  'width', 'height', 'dir', 'lang', 'for', 'colspan', 'rowspan', 'disabled', 'checked',
  'selected', 'hidden', 'tabindex', 'd', 'viewBox', 'fill', 'stroke', 'transform', 'x', 'y',
  'cx', 'cy', 'r', 'points', '_cssText', 'rr_width', 'rr_height', 'rr_scrollLeft',
  'rr_scrollTop']);
const SECRET = new Set(['password', 'passwd', 'pass', 'pwd', 'pin', 'cvv', 'cvc', 'ssn',
  'iban', 'otp', 'secret', 'token', 'tan', 'mdp', 'clave', 'senha', 'kennwort', 'passwort']);
const AUTOCOMPLETE = /(^|\s)(current-password|new-password|one-time-code|cc-\S*)(\s|$)/i;
const FIELDS = new Set(['input', 'textarea', 'select', 'option']);

// The same few names come with every event.
const verdicts = new Map();
function isSecretName(name) {
  if (!name) return false;
  let verdict = verdicts.get(name);
  if (verdict === undefined) {
    verdict = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(/[^a-z]+/)
      .some((word) => SECRET.has(word));
    if (verdicts.size < 10000) verdicts.set(name, verdict);
  }
  return verdict;
}

function isCard(digits) {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    let digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    if (i % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}

const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const CARD = /\b\d(?:[ .-]{0,3}\d){12,18}\b/g;
const PHONE = /\+\d(?:[ ().-]{0,2}\d){7,14}\b/g;
const TOKEN = /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?|\b(?:AKIA[A-Z0-9]{16}|gh[opsu]_\w{30,}|sk_live_\w{16,})/g;

function scan(text) {
  if (text.length < 6) return text;
  let out = text;
  if (out.includes('://')) out = out.replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, cleanUrl);
  if (out.includes('@')) out = out.replace(EMAIL, MASK);
  if (/\d/.test(out)) {
    out = out.replace(CARD, (found) => (isCard(found.replace(/\D/g, '')) ? MASK : found));
    out = out.replace(PHONE, MASK);
  }
  return out.length >= 17 ? out.replace(TOKEN, MASK) : out;
}

function cleanUrl(url) {
  if (/^\s*(data|blob|javascript):/i.test(url)) return '';
  const cut = url.search(/[?#]/);
  let out = cut < 0 ? url : url.slice(0, cut);
  if (out.includes('@')) out = out.replace(/^([a-z]+:\/\/)[^/]*@/i, '$1');
  return out.replace(/[^/]{20,}/g, (segment) =>
    (/\d/.test(segment) && /[a-z]/i.test(segment) ? MASK : segment));
}

function isSensitive(element) {
  return element.type === 'password' || isSecretName(element.name) ||
    isSecretName(element.id) ||
    (element.autocomplete !== undefined && AUTOCOMPLETE.test(element.autocomplete));
}

function cleanValue(value) {
  if (typeof value === 'string') return scan(value);
  if (Array.isArray(value)) return value.map(cleanValue);
  if (value !== null && typeof value === 'object') return cleanObject(value);
  return value;
}

function cleanObject(object) {
  const out = {};
  for (const key of Object.keys(object)) {
    if (!isSecretName(key)) out[key] = cleanValue(object[key]);
  }
  return out;
}

function cleanElement(element) {
  const out = {};
  const typed = FIELDS.has(element.tag);
  for (const key of Object.keys(element)) {
    if (!ELEMENT.has(key)) continue;
    const value = element[key];
    if (key === 'value' || (key === 'text' && typed)) out[key] = MASK;
    else if (key === 'path') out.path = value.map(cleanObject);
    else if ((key !== 'text' && key !== 'label') || value.length <= 200) out[key] = scan(value);
  }
  return out;
}

// Returns null for an event that is dropped.
function maskInteraction(event) {
  const element = event.element;
  if (element && INTERACTIONS.has(event.type) && isSensitive(element)) return null;
  if (event.type === 'keystroke' &&
      (!NAVIGATION.has(event.key) || (element && FIELDS.has(element.tag)))) return null;
  const out = {};
  for (const key of Object.keys(event)) {
    if (!TOP.has(key)) continue;
    const value = event[key];
    if (key === 'url') out.url = cleanUrl(value);
    else if (key === 'name' || key === 'title') out[key] = scan(value);
    else if (key === 'value') out.value = MASK;
    else if (key === 'element') out.element = cleanElement(value);
    else if (key === 'properties') out.properties = cleanObject(value);
    else if (key === 'context') {
      out.context = {};
      for (const name of Object.keys(value)) {
        if (CONTEXT.has(name)) out.context[name] = value[name];
      }
    } else out[key] = value;
  }
  return out;
}

const cleanCss = (css) => css.replace(/\/\*[^]*?\*\//g, '')
  .replace(/url\([^)]*\)/gi, 'url()').replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');

function cleanAttributes(tag, attributes) {
  const out = {};
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (!ATTRIBUTES.has(name)) continue;
    if (typeof value !== 'string') out[name] = value;
    else if (name === 'href' || name === 'src') out[name] = cleanUrl(value);
    else if (name === '_cssText' || name === 'style') out[name] = cleanCss(value);
    else out[name] = scan(value);
  }
  if (FIELDS.has(tag) && attributes.value !== undefined) out.value = MASK;
  return out;
}

// Changes the node in place.
function cleanNode(node, parentTag) {
  if (node.type === 3) {
    if (node.isStyle || parentTag === 'style') node.textContent = cleanCss(node.textContent);
    else if (parentTag === 'script') node.textContent = '';
    else node.textContent = FIELDS.has(parentTag) ? MASK : scan(node.textContent);
  } else if (node.type === 5) node.textContent = '';
  if (node.attributes) node.attributes = cleanAttributes(node.tagName, node.attributes);
  if (node.tagName === 'noscript') node.childNodes = [];
  for (const child of node.childNodes ?? []) cleanNode(child, node.tagName);
}

function maskRecording(event) {
  const { type, data } = event;
  if (type === 4) data.href = cleanUrl(data.href);
  else if (type === 2) cleanNode(data.node);
  else if (type >= 5) return null;
  else if (type === 3) {
    if (data.source === 9 || data.source === 10 || data.source === 11) return null;
    if (data.source === 5) data.text = MASK;
    for (const add of data.adds ?? []) {
      if (add.node) cleanNode(add.node);
      if (add.rule) add.rule = cleanCss(add.rule);
    }
    for (const text of data.texts ?? []) if (text.value) text.value = scan(text.value);
    for (const change of data.attributes ?? []) {
      change.attributes = cleanAttributes('input', change.attributes);
    }
  }
  return event;
}

const args = process.argv.slice(2);
const option = (name, otherwise) =>
  (args.includes(name) ? Number(args[args.indexOf(name) + 1]) : otherwise);
const text = readFileSync(args[0], 'utf8');
const lines = (text.trimStart().startsWith('[') ? JSON.parse(text).map((e) => JSON.stringify(e))
  : text.split('\n').filter((line) => line !== '')).slice(0, option('--events', Infinity));
// As bytes, which is how events arrive.
const inputs = lines.map((line) => Buffer.from(line));
const bytes = inputs.reduce((sum, input) => sum + input.length + 1, 0);

function run(write) {
  for (const input of inputs) {
    const event = JSON.parse(input.toString());
    const masked = typeof event.type === 'number' ? maskRecording(event) : maskInteraction(event);
    if (masked !== null) write(`${JSON.stringify(masked)}\n`);
  }
}

if (args.includes('--print')) {
  run((line) => process.stdout.write(line));
} else {
  const seconds = [];
  let written = 0;
  run((line) => { written += line.length; });  // Warms up.
  for (let i = 0; i < option('--repetitions', 5); i++) {
    const begin = process.cpuUsage();
    run((line) => { written += line.length; });
    const { user, system } = process.cpuUsage(begin);
    seconds.push((user + system) / 1e6);
  }
  const median = seconds.sort((a, b) => a - b)[seconds.length >> 1];
  console.log(JSON.stringify({ events: inputs.length, bytes, seconds: median,
    events_per_second: inputs.length / median, bytes_per_second: bytes / median, written }));
}
