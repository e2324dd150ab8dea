// What is done to every text, wherever it stands, and copies of what was typed.
import { MASK, isAlnum, lower } from './chars.mjs';
import { hasColon, scan, survey } from './scan.mjs';
import { filterUrl, filterUrlsInText, looksLikeUrl, maskUrlSegments } from './urls.mjs';

// The text without what the scanners find in it; a URL follows the URL rule.
export function cleanText(text) {
  const found = survey(text);
  const colon = hasColon(found);
  if (found === 0 && text.charCodeAt(0) > 47) return text;
  if ((colon || text.charCodeAt(0) <= 47) && looksLikeUrl(text)) return filterUrl(text);
  return scan(colon ? filterUrlsInText(text) : text, found);
}

const WHITE =
  /[\x00-\x20\x85\xa0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+/g;
const ODD_SPACE = /[\x00-\x1f\x85-\uffff]| {2}|^ | $/;

// The text for comparison: ASCII letters in lower case, each stretch of white space as
// one space, none at the ends.
export function foldText(text) {
  if (!ODD_SPACE.test(text)) return lower(text);
  const folded = text.replace(WHITE, ' ');
  const begin = folded[0] === ' ' ? 1 : 0;
  const end = folded.length > 1 && folded.endsWith(' ') ? -1 : undefined;
  return lower(folded.slice(begin, end));
}

const WHITE_ONE = new RegExp(WHITE.source.slice(0, -1));
export const isWhite = (text, i) =>
  text.charCodeAt(i) <= 32 || (text.charCodeAt(i) >= 0x80 && WHITE_ONE.test(text[i]));

// True when a letter or digit stands at `i`.
export function isWordAt(text, i) {
  const c = text.charCodeAt(i);
  return isAlnum(c) || c >= 0x80;
}

// Texts that must not stand in any other string of an event: secrets, of which growing
// prefixes of four characters and more hide too, and values that were typed.
export class Needles {
  constructor() {
    this.entries = [];
  }

  add(text, secret) {
    this.addOne(text, secret);
    if (!/[\n\r]/.test(text)) return;
    // Also the lines of long ones.
    for (const line of text
      .split(/[\n\r]/)
      .filter((l) => [...l].length >= 4)
      .slice(0, 16)) {
      this.addOne(line, secret);
    }
  }

  addOne(text, secret) {
    const folded = foldText(text).slice(0, 255);
    if (folded !== '')
      this.entries.push({ text: folded, secret, short: [...folded].length < 4 });
  }

  repeats(text, secretsOnly = false) {
    const folded = foldText(text);
    return this.entries.some(
      (entry) => (!secretsOnly || entry.secret) && Needles.isIn(entry, folded),
    );
  }

  static isIn(entry, folded) {
    if (entry.short) return folded === entry.text;
    if (folded.includes(entry.text)) return true;
    if (!entry.secret) return false;
    const prefix = entry.text.slice(0, 4);
    for (let at = folded.indexOf(prefix); at >= 0; at = folded.indexOf(prefix, at + 1)) {
      let size = prefix.length;
      while (at + size < folded.length && folded[at + size] === entry.text[size]) size++;
      // A word that merely begins like the secret is no copy of what was typed so far.
      for (let end = size; end >= prefix.length; end--) {
        if (!isWordAt(folded, at + end)) return true;
      }
    }
    return false;
  }

  // What may leave of a text.
  clean(text) {
    if (text === '') return text;
    if (looksLikeUrl(text)) return this.cleanUrl(text);
    return this.repeats(text) ? MASK : cleanText(text);
  }

  cleanUrl(url) {
    const filtered = filterUrl(url);
    // A host that holds a typed word says where the person is, not what was typed.
    return maskUrlSegments(
      filtered,
      (origin) => this.repeats(origin, true),
      (part) => this.repeats(part),
    );
  }
}
