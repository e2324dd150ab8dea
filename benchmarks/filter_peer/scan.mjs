// Finds personal data and secrets by their form in any text and masks them.
import { MASK, isDigit } from './chars.mjs';
import { fold } from './fold.mjs';
import { findCard, findIban } from './scan_cards.mjs';
import { findNationalId } from './scan_ids.mjs';
import { findPhone } from './scan_phone.mjs';
import { findToken, isSegment } from './scan_tokens.mjs';

const AT = 1;
const LONG_RUN = 2;
const NUMBER = 4;
const CARD = 8;
const SCHEME = 16;
const COLON = 32;
const PRIVATE_KEY = '-----BEGIN ';

const KINDS = new Uint8Array(128); // 1: of a token, 2: a digit, 4: looked at.
for (let c = 33; c < 127; c++) {
  KINDS[c] = isSegment(c) || c === 46 || c === 61 ? 1 : 0;
  if (isDigit(c)) KINDS[c] = 3;
  if ('@%:bB'.includes(String.fromCharCode(c))) KINDS[c] |= 4;
}

// What a text consists of, which tells for most texts that nothing can be found.
export function survey(text) {
  let found = 0;
  let digits = 0;
  let run = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 128) {
      if (c >= 0x660) digits++;
      run = 0;
      continue;
    }
    const kind = KINDS[c];
    digits += (kind >> 1) & 1;
    if ((kind & 1) === 0) run = 0;
    else if (++run === 20) found |= LONG_RUN;
    if (kind >= 4) found |= c === 58 ? COLON : c === 64 || c === 37 ? AT : SCHEME;
  }
  if (digits >= 6) found |= digits >= 13 ? NUMBER | CARD : NUMBER;
  return found;
}

export const hasColon = (found) => (found & COLON) !== 0;

function maskAll(text, find, folded = null) {
  const where = folded === null ? text : folded.text;
  let out = '';
  let pos = 0;
  for (let hit = find(where, 0); hit !== null; hit = find(where, hit.end)) {
    const begin = folded === null ? hit.begin : folded.begin(hit.begin);
    out += text.slice(pos, begin) + MASK;
    pos = folded === null ? hit.end : folded.end(hit.end - 1);
  }
  return pos === 0 ? text : out + text.slice(pos);
}

function findPrivateKey(text, pos) {
  for (
    let begin = text.indexOf(PRIVATE_KEY, pos);
    begin >= 0;
    begin = text.indexOf(PRIVATE_KEY, begin + PRIVATE_KEY.length)
  ) {
    const header = text.substr(begin + PRIVATE_KEY.length, 64).split('-----', 1)[0];
    if (!header.includes('PRIVATE KEY')) continue;
    // A key that was cut off reaches to the end.
    let end = text.indexOf('-----END ', begin);
    if (end >= 0) end = text.indexOf('-----', end + 9);
    return { begin, end: end < 0 ? text.length : end + 5 };
  }
  return null;
}

const AUTHORIZATION = /(?<![A-Za-z0-9])(?:(basic)|bearer)[ \t:]{1,3}/gi;
const AUTHORIZATION_TOKEN = /[A-Za-z0-9_+/~.-]*/y;

function isUserAndPassword(token) {
  if (token.length < 7 || /[^A-Za-z0-9+/_-]/.test(token)) return false;
  const bytes = Buffer.from(token, 'base64');
  return bytes.includes(58) && !bytes.some((byte) => byte < 32 || byte === 127);
}

// Whether what follows `Bearer` is a token and not a word.
function isBearerToken(token) {
  if (token.length < 8) return false;
  return (
    /\d/.test(token) ||
    (token.length >= 16 && /[a-z]/.test(token) && /[A-Z]/.test(token.slice(1)))
  );
}

function findAuthorization(text, pos) {
  AUTHORIZATION.lastIndex = pos;
  for (let hit = AUTHORIZATION.exec(text); hit !== null; hit = AUTHORIZATION.exec(text)) {
    const begin = hit.index + hit[0].length;
    AUTHORIZATION_TOKEN.lastIndex = begin;
    // A full stop ends the sentence.
    const token = AUTHORIZATION_TOKEN.exec(text)[0].replace(/\.+$/, '');
    const basic = hit[1] !== undefined;
    if (!(basic ? isUserAndPassword(token) : isBearerToken(token))) continue;
    let end = begin + token.length;
    while (text[end] === '=') end++;
    return { begin, end };
  }
  return null;
}

export const hasCard = (text) =>
  (survey(text) & CARD) !== 0 && findCard(text, 0) !== null;

// Ends of file names that an at sign may precede, as in icon@2x.png.
const FILE_ENDINGS = new Set([
  'avif',
  'bmp',
  'css',
  'eot',
  'gif',
  'html',
  'ico',
  'jpeg',
  'jpg',
  'js',
  'json',
  'less',
  'map',
  'md',
  'mjs',
  'mp3',
  'mp4',
  'otf',
  'pdf',
  'png',
  'scss',
  'svg',
  'ts',
  'tsx',
  'webp',
  'webm',
  'woff',
  'ttf',
  'woff2',
]);
const ADDRESS = /@|%40/g;
// Letters beyond ASCII from Latin to Armenian.
const LOCAL = /[\w%+'.&\u00c0-\u053f-]*$/;
const DOMAIN = /[A-Za-z0-9.\u00c0-\u053f-]*/y;

function isDomain(domain) {
  const dot = domain.lastIndexOf('.');
  if (dot <= 0) return false;
  const last = domain.slice(dot + 1);
  if (Buffer.byteLength(last) < 2 || FILE_ENDINGS.has(last.toLowerCase())) return false;
  return last.startsWith('xn--') || !/[\d-]/.test(last);
}

function findEmail(text, pos) {
  let floor = pos;
  ADDRESS.lastIndex = pos;
  for (let at = ADDRESS.exec(text); at !== null; at = ADDRESS.exec(text)) {
    const local = LOCAL.exec(text.slice(floor, at.index))[0].replace(
      /^[^A-Za-z0-9_\u00c0-\u053f]+/,
      '',
    );
    floor = at.index + at[0].length;
    DOMAIN.lastIndex = floor;
    const domain = DOMAIN.exec(text)[0].replace(/[.-]+$/, '');
    if (local !== '' && isDomain(domain)) {
      return { begin: at.index - local.length, end: floor + domain.length };
    }
    ADDRESS.lastIndex = floor;
  }
  return null;
}

function maskEverything(text, found) {
  let out = text;
  if (out.length >= 27 && out.includes(PRIVATE_KEY)) out = maskAll(out, findPrivateKey);
  if ((found & SCHEME) !== 0 && out.length >= 12) out = maskAll(out, findAuthorization);
  if ((found & LONG_RUN) !== 0) out = maskAll(out, findToken);
  if ((found & NUMBER) !== 0) out = maskAll(out, findIban, fold(out));
  if ((found & CARD) !== 0) out = maskAll(out, findCard);
  if ((found & AT) !== 0) out = maskAll(out, findEmail);
  if ((found & NUMBER) !== 0) {
    out = maskAll(out, findNationalId, fold(out));
    out = maskAll(out, findPhone, fold(out));
  }
  return out;
}

// The text with each secret found in it replaced by the mask; `found` is its survey.
export function scan(text, found = survey(text)) {
  if ((found & ~COLON) === 0 || text.length < 6) return text;
  // A mask may part what hid another secret, such as two numbers without a space.
  let out = text;
  for (let round = 0; round < 4; round++) {
    const before = out;
    out = maskEverything(out, found);
    if (out === before) break;
  }
  return out;
}
