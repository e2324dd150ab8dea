// The URL rule: no user info, query, fragment and token-like path segments; no data.
import { MASK, lower, trim } from './chars.mjs';
import { hasCard, scan } from './scan.mjs';

const SCHEME = /^[A-Za-z][A-Za-z0-9+.\t\n\r-]*(?=:)/;
const DATA_SCHEMES = new Set([
  'data',
  'blob',
  'javascript',
  'vbscript',
  'filesystem',
  'view-source',
]);
const HOST_SCHEMES = new Set(['https', 'http', 'wss', 'ws', 'ftp']);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ESCAPED_BYTES = /(?:%[0-9A-Fa-f]{2})+/g;

const schemeSize = (url) => (url.includes(':') ? (SCHEME.exec(url)?.[0].length ?? 0) : 0);
const schemeOf = (url, size) => lower(url.slice(0, size).replace(/[\t\n\r]/g, ''));

export function percentDecode(text) {
  if (!text.includes('%')) return text;
  return text.replace(ESCAPED_BYTES, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
  );
}

function isTokenLike(segment) {
  if (segment.length < 11) return false;
  const text = percentDecode(segment);
  if (text.startsWith('eyJ') && text.includes('.')) return true;
  const size = Buffer.byteLength(text);
  if (size >= 20 && /[A-Za-z]/.test(text) && /[0-9]/.test(text)) return !UUID.test(text);
  if (size >= 32 && !/[^0-9A-Fa-f]/.test(text)) return true;
  return text.length !== segment.length && hasCard(text);
}

const ODD = 1; // Needs a second look: controls, capitals, marks of queries and so on.
const NUMERAL = 2;
const LETTER = 4;
const SLASH = 8;
const BYTES = new Uint8Array(128).fill(ODD, 0, 33);
for (let c = 33; c < 127; c++) {
  const character = String.fromCharCode(c);
  if (/[A-Z?#%;@\\]/.test(character)) BYTES[c] = ODD;
  else if (/[0-9]/.test(character)) BYTES[c] = NUMERAL;
  else if (/[a-z]/.test(character)) BYTES[c] = LETTER;
  else if (character === '/') BYTES[c] = SLASH;
}

// True for a short web address in which neither the URL rule nor a scanner could find
// anything, as most are.
function isHarmless(url) {
  const host = url.startsWith('https://') ? 8 : url.startsWith('http://') ? 7 : 0;
  if (host === 0 || url.length > 64) return false;
  let numerals = 0;
  let run = 0;
  let before = 0;
  for (let i = host; i < url.length; i++) {
    const c = url.charCodeAt(i);
    const kind = c < 128 ? BYTES[c] : ODD;
    if (kind === ODD || (kind | before) === (LETTER | NUMERAL)) return false;
    if (kind === NUMERAL && ++numerals > 5) return false;
    run = kind === SLASH ? 0 : run + 1;
    if (run === 18) return false;
    before = kind;
  }
  return true;
}

// Where the path begins, and the end of the user info, or 0.
function findPath(url, size) {
  const start = size > 0 ? size + 1 : 0;
  let pos = start;
  let slashes = 0;
  for (; pos < url.length; pos++) {
    if (url[pos] === '/' || url[pos] === '\\') slashes++;
    else if (!/[\t\n\r]/.test(url[pos])) break;
  }
  if (slashes < 2 && !(size > 0 && HOST_SCHEMES.has(schemeOf(url, size)))) {
    return { path: start, hostBegin: start, userinfoEnd: 0 };
  }
  const hostBegin = pos;
  let userinfoEnd = 0;
  for (; pos < url.length && !/[/\\?#]/.test(url[pos]); pos++) {
    if (url[pos] === '@') userinfoEnd = pos + 1;
  }
  return { path: pos, hostBegin, userinfoEnd };
}

const isAt = (text, i) => text[i] === '/' || text[i] === '\\';

// What of a path segment is the user info of a URL that stands inside the path.
function nestedUserinfoSize(segment, beginsHost) {
  const at = segment.lastIndexOf('@');
  if (at < 0) return 0;
  const colon = segment.indexOf(':');
  return beginsHost || (colon >= 0 && colon < at) ? at + 1 : 0;
}

function encodesUserinfo(segment) {
  if (!segment.includes('%')) return false;
  const text = percentDecode(segment);
  return text.length !== segment.length && /(?::|\/\/).*@/s.test(text);
}

function cleanSegment(base, begin, end, path) {
  let segment = base.slice(begin, end);
  const parameters = segment.indexOf(';');
  if (parameters >= 0) segment = segment.slice(0, parameters);
  const beginsHost =
    begin >= path + 2 &&
    isAt(base, begin - 1) &&
    (isAt(base, begin - 2) || base[begin - 2] === ':');
  const userinfo = nestedUserinfoSize(segment, beginsHost);
  if (userinfo > 0) segment = segment.slice(userinfo);
  else if (encodesUserinfo(segment)) segment = MASK;
  return isTokenLike(segment) ? MASK : segment;
}

// What of a URL may leave; empty for addresses that hold data.
export function filterUrl(address) {
  const url = trim(address);
  if (url === '' || isHarmless(url)) return url;
  const size = schemeSize(url);
  if (DATA_SCHEMES.has(schemeOf(url, size))) return '';
  const { path, hostBegin, userinfoEnd } = findPath(url, size);
  const tail = url.slice(path).search(/[?#]/);
  const base = tail < 0 ? url : url.slice(0, path + tail);
  let out =
    userinfoEnd > 0
      ? base.slice(0, hostBegin) + base.slice(userinfoEnd, path)
      : base.slice(0, path);
  for (let pos = path; pos < base.length;) {
    let end = pos;
    while (end < base.length && !isAt(base, end)) end++;
    out += cleanSegment(base, pos, end, path);
    if (end < base.length) out += base[end];
    pos = end + 1;
  }
  return scan(out);
}

// True when the whole of `text` is a URL or a path with a query or fragment.
export function looksLikeUrl(text) {
  const url = trim(text);
  if (url.length < 3) return false;
  const size = schemeSize(url);
  if (size > 0) {
    const scheme = schemeOf(url, size);
    if (DATA_SCHEMES.has(scheme)) return true;
    if (!url.startsWith('//', size + 1) && !HOST_SCHEMES.has(scheme)) return false;
  } else if (url[0] !== '/' || (url[1] !== '/' && !/[?#]/.test(url))) {
    return false;
  }
  return !url.includes(' ');
}

const URL_IN_TEXT = /([A-Za-z][A-Za-z0-9+.-]*):[^\x00-\x20"<>]+/g;

// The same for each URL with a scheme inside `text`.
export function filterUrlsInText(text) {
  let out = '';
  let copied = 0;
  URL_IN_TEXT.lastIndex = 0;
  for (let hit = URL_IN_TEXT.exec(text); hit !== null; hit = URL_IN_TEXT.exec(text)) {
    const [url, spelled] = hit;
    const scheme = lower(spelled);
    if (
      !url.startsWith('//', scheme.length + 1) &&
      !HOST_SCHEMES.has(scheme) &&
      !DATA_SCHEMES.has(scheme)
    ) {
      // Another one may begin behind the colon.
      URL_IN_TEXT.lastIndex = hit.index + scheme.length + 1;
      continue;
    }
    out += text.slice(copied, hit.index) + filterUrl(url);
    copied = hit.index + url.length;
  }
  return copied === 0 ? text : out + text.slice(copied);
}

// Replaces by the mask what `hides` returns true for: the origin, path segments, and the
// path as a whole.
export function maskUrlSegments(url, hidesOrigin, hides) {
  const { path } = findPath(url, schemeSize(url));
  const hidesPart = (part) =>
    part !== '' &&
    (hides(percentDecode(part)) ||
      (part.includes('+') && hides(percentDecode(part.replaceAll('+', ' ')))));
  let origin = url.slice(0, path);
  if (origin !== '' && hidesOrigin(percentDecode(origin))) origin = MASK;
  const rest = url.slice(path);
  let masked = rest.replace(/[^/\\?&=]+/g, (part) => (hidesPart(part) ? MASK : part));
  // A copy may reach over several segments.
  if (masked === rest && hidesPart(rest)) masked = `/${MASK}`;
  return origin + masked;
}

export const urlWithoutQuery = (url) => {
  const tail = url.search(/[?#]/);
  return tail < 0 ? url : url.slice(0, tail);
};

// The URL without query, spelled in one way: scheme and host in lower case, no user info,
// no default port.
export function pageOf(address) {
  const url = trim(urlWithoutQuery(address));
  if (/^https?:\/\/[a-z0-9.-]+\//.test(url)) return url;
  const size = schemeSize(url);
  const scheme = schemeOf(url, size);
  if (!HOST_SCHEMES.has(scheme)) return url;
  const { path, hostBegin, userinfoEnd } = findPath(url, size);
  const host = lower(
    url.slice(userinfoEnd || hostBegin, path).replace(/[\x00-\x20]/g, ''),
  );
  const port =
    scheme === 'https' || scheme === 'wss' ? ':443' : scheme === 'ftp' ? ':21' : ':80';
  const bare = host.endsWith(port) ? host.slice(0, -port.length) : host;
  return `${scheme}://${bare}${path < url.length ? url.slice(path) : '/'}`;
}

// Scheme, host and port of an http or https URL; empty for any other.
export const originOf = (url) => /^https?:\/\/[^/\\]+/.exec(pageOf(url))?.[0] ?? '';
