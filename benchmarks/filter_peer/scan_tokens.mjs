// Tokens and keys of services, and random strings.
import { isAlnum } from './chars.mjs';

// The characters of base64, of base64url and of keys.
export const isSegment = (c) =>
  isAlnum(c) || c === 45 || c === 95 || c === 43 || c === 47 || c === 126;

const URL64 = '[A-Za-z0-9_-]';
const ALNUM = '[A-Za-z0-9]';
const HEX = '[0-9A-Fa-f]';
const CAPITALS = '[A-Z0-9]';
const MIXED = `(?=${URL64}*?[0-9])(?=${URL64}*?[A-Za-z])`;
const MIXED_ALNUM = `(?=${ALNUM}*?[0-9])(?=${ALNUM}*?[A-Za-z])`;
const MIXED_HEX = `(?=${HEX}*?[0-9])(?=${HEX}*?[A-Fa-f])`;

// What follows the prefixes, up to what is no letter or digit.
const SERVICE_KEYS = [
  ['(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA|ANVA|ABIA|ACCA)', `${CAPITALS}{16}`],
  ['gh[opusr]_', `${ALNUM}{30,}`],
  ['github_pat_', `${URL64}{22,}`],
  ['(?:glpat|gldt|glrt|glptt)-', `${URL64}{20,}`],
  ['(?:xox[abeprs]|xapp)-', `${MIXED}${URL64}{18,}`],
  ['[srp]k_(?:live|test)_', `${ALNUM}{16,}`],
  ['whsec_', '[A-Za-z0-9+/~]{20,}'],
  ['AIza', `${MIXED}${URL64}{30,}`],
  ['(?:ya29\\.|GOCSPX-|sq0atp-|sq0csp-|dckr_pat_)', `${URL64}{20,}`],
  ['npm_', `${MIXED_ALNUM}${ALNUM}{30,}`],
  ['pypi-', `${URL64}{50,}`],
  ['(?:rubygems_|do[por]_v1_)', `${HEX}{40,}`],
  ['SG\\.', `(?=[\\w.-]*?[0-9])(?=[\\w.-]*?[A-Za-z])[\\w.-]{40,}`],
  ['(?:SK|key-)', `${MIXED_HEX}${HEX}{32}`],
  ['(?:sk-ant-|sk-proj-|figd_)', `${MIXED}${URL64}{20,}`],
  ['sk-', `${MIXED_ALNUM}${ALNUM}{32,}`],
  ['(?:hf_|lin_api_)', `${ALNUM}{30,}`],
  ['r8_', `${MIXED_ALNUM}${ALNUM}{30,}`],
  ['shp(?:at|ca|pa|ss)_', `${HEX}{32,}`],
  ['ATATT3', '[A-Za-z0-9_=-]{50,}'],
  ['ntn_', `${ALNUM}{40,}`],
  ['PMAK-', `${MIXED}${URL64}{30,}`],
  ['glsa_', `${URL64}{32,}`],
  ['NRAK-', `${CAPITALS}{27,}`],
  ['dapi', `${MIXED_HEX}${HEX}{32,}`],
  ['AGE-SECRET-KEY-1', `${CAPITALS}{50,}`],
];
const JWT = `(?<!${URL64})eyJ${URL64}{5,}\\.${URL64}{8,}(?:\\.${URL64}+){0,3}`;
const MARKED = new RegExp(
  `(?<![A-Za-z0-9])(?:${JWT}|(?:${SERVICE_KEYS.map(
    ([prefix, body]) => `${prefix}${body}(?!${ALNUM})`,
  ).join('|')})${ALNUM}*)`,
  'g',
);
const JWT_MIN = 24;

// The first JSON web token or key of a service that begins in [begin, end).
function findMarked(text, begin, end) {
  MARKED.lastIndex = begin;
  for (
    let hit = MARKED.exec(text);
    hit !== null && hit.index < end;
    hit = MARKED.exec(text)
  ) {
    if (!hit[0].startsWith('eyJ') || hit[0].length >= JWT_MIN) {
      return { begin: hit.index, end: hit.index + hit[0].length };
    }
    MARKED.lastIndex = hit.index + 1;
  }
  return null;
}

// Bit j of row i: the letters i and j often follow each other in words of the European
// languages and of programs.
const COMMON_PAIRS = [
  0x13ebd4e, 0x0164911, 0x01e4d95, 0x0164119, 0x1eff97f, 0x01ac931, 0x016e991, 0x00a4111,
  0x2aefc7f, 0x0000011, 0x0044111, 0x11c4919, 0x014d113, 0x13c6d7d, 0x07efd7e, 0x11ec915,
  0x0100000, 0x13efd5d, 0x11ecd95, 0x15ec999, 0x00eb95f, 0x0004111, 0x0024191, 0x0088010,
  0x006c010, 0x0000011,
];

const NUMERAL = 1;
const UPPER = 2;
const LOWER = 4;
const kindOf = (c) => (c <= 57 ? NUMERAL : c <= 90 ? UPPER : LOWER);

// The letters and digits in [begin, end) of `text`.
function readPiece(text, begin, end) {
  let odd = 0; // Neighbours that words seldom have.
  let classes = 0;
  let hex = true;
  let before = 0;
  let last = 0;
  for (let i = begin; i < end; i++) {
    const c = text.charCodeAt(i);
    const kind = kindOf(c);
    classes |= kind;
    if ((c | 32) > 102 && kind !== NUMERAL) hex = false;
    if (before !== 0) {
      const word =
        ((kind | before) & NUMERAL) === 0 && !(before === LOWER && kind === UPPER);
      const common = word
        ? (COMMON_PAIRS[(last | 32) - 97] >> ((c | 32) - 97)) & 1
        : Number(kind === before);
      odd += 1 - common;
    }
    before = kind;
    last = c;
  }
  const size = end - begin;
  return { size, classes, hex, odd: size >= 4 && 2 * odd + 1 >= size };
}

// True for a string that no person and no program would use as a name. Hexadecimal pieces
// below 32 digits say nothing, so that UUIDs stay.
function isRandom(text, begin, end) {
  if (end - begin < 24) return false;
  let odd = 0;
  let plain = 0;
  let classes = 0;
  for (let pos = begin; pos < end;) {
    let stop = pos;
    while (stop < end && isAlnum(text.charCodeAt(stop))) stop++;
    const piece = readPiece(text, pos, stop);
    pos = stop + 1;
    if (piece.hex && (piece.classes & NUMERAL) !== 0) {
      if (piece.size >= 32 && piece.classes !== NUMERAL) return true;
    } else if (piece.odd) {
      odd += piece.size;
      classes |= piece.classes;
    } else if (piece.size >= 4) {
      plain += piece.size;
    }
  }
  const mixed = (classes & NUMERAL) !== 0 || classes === (UPPER | LOWER);
  return odd >= 20 && odd >= 2 * plain && mixed && classes !== NUMERAL;
}

const SEGMENT = /[A-Za-z0-9_+/~-]+/g;

export function findToken(text, pos) {
  SEGMENT.lastIndex = pos;
  for (let run = SEGMENT.exec(text); run !== null; run = SEGMENT.exec(text)) {
    const begin = run.index;
    let end = begin + run[0].length;
    // Shorter ones are part of a key only when a dot follows.
    const long = run[0].length >= 18 || text[end] === '.';
    const marked = long ? findMarked(text, begin, end) : null;
    if (isRandom(text, begin, marked === null ? end : marked.begin)) {
      if (marked !== null) return { begin, end: marked.begin };
      while (text[end] === '=') end++;
      return { begin, end };
    }
    if (marked !== null) return marked;
  }
  return null;
}
