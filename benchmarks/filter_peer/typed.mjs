// What was typed on a page, to be hidden wherever the page shows it again.
import { foldText, isWhite, isWordAt } from './texts.mjs';

// Where a text stands. Names of classes and ids are often ordinary words, so there only
// secrets and longer values count, and in style sheets only longer ones of both, whole.
// In another field, only a whole secret counts.
export const TEXT = 0;
export const NAME = 1;
export const SHEET = 2;
export const FIELD = 3;

const ENTRIES = 128;
const ENTRIES_OF_FIELD = 16;
const LENGTH = 255;
const LINES = 12;
const INSIDE_WORDS_MIN = 6;
const NAME_MIN = 8;
const SHORT_TEXT = 64;

// The length of the first four characters; 0 when there are fewer.
function prefixSize(text) {
  let size = 0;
  for (let i = 0; i < 4; i++) {
    if (size >= text.length) return 0;
    size += text.codePointAt(size) > 0xffff ? 2 : 1;
  }
  return size;
}

// What is looked for begins behind short words, since white space may be spelled in many
// ways and four characters without any are needed to find a place by.
function needleOf(folded) {
  const place = /[^ ]{4}/.exec(folded);
  return place === null ? folded : folded.slice(place.index);
}

const escapeForPattern = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

// How much of `value` stands at `at` of the text, as if that were folded, and where it
// ends.
function common(value, text, at) {
  let i = 0;
  let end = at;
  for (; i < value.length && end < text.length; i++) {
    if (value[i] === ' ') {
      const begin = end;
      while (end < text.length && isWhite(text, end)) end++;
      if (end === begin) break;
    } else {
      const c = text.charCodeAt(end);
      if ((c >= 65 && c <= 90 ? c | 32 : c) !== value.charCodeAt(i)) break;
      end++;
    }
  }
  return { size: i, end };
}

export class TypedMemory {
  constructor() {
    this.secrets = [];
    this.values = [];
    this.calls = 0;
    this.current = 0; // The field that was typed into last.
    this.version = 0; // Another one when more may repeat.
    this.beginnings = null; // A pattern of the first characters of all, made when needed.
    this.anyShort = false;
    this.anySpaced = false;
  }

  get empty() {
    return this.secrets.length === 0 && this.values.length === 0;
  }

  leaveField() {
    this.current = 0;
  }

  // What `field` holds now. Of a secret also the beginnings are found.
  remember(field, value, secret) {
    this.rememberOne(field, value, secret);
    if (!/[\r\n]/.test(value)) return;
    // A page may show the lines of a value apart from each other.
    for (const line of value
      .split(/[\r\n]/)
      .filter(prefixSize)
      .slice(0, LINES)) {
      this.rememberOne(field, line, secret);
    }
  }

  rememberOne(field, value, secret) {
    if (this.current !== field) this.version++;
    this.current = field;
    const folded = foldText(value).slice(0, LENGTH);
    if (folded === '' || (!secret && prefixSize(folded) === 0)) return;
    const list = secret ? this.secrets : this.values;
    const place = TypedMemory.placeFor(list, field, folded);
    const old = list[place];
    // Of a secret the longest form stays, since its beginnings are found by it.
    if (
      secret &&
      old !== undefined &&
      old.field === field &&
      old.text.length > folded.length &&
      old.text.startsWith(folded)
    )
      return;
    const needle = needleOf(folded);
    list[place] = {
      field,
      secret,
      text: folded,
      needle,
      prefix: prefixSize(needle),
      age: ++this.calls,
    };
    this.version++;
    this.beginnings = null;
  }

  // The place of what the same field held before, when one of the two continues the
  // other; else a new one, or the oldest.
  static placeFor(list, field, folded) {
    let ofField = 0;
    let oldestOfField = -1;
    let oldest = -1;
    for (let i = 0; i < list.length; i++) {
      if (oldest < 0 || list[i].age < list[oldest].age) oldest = i;
      if (list[i].field !== field) continue;
      if (list[i].text.startsWith(folded) || folded.startsWith(list[i].text)) return i;
      ofField++;
      if (oldestOfField < 0 || list[i].age < list[oldestOfField].age) oldestOfField = i;
    }
    if (ofField >= ENTRIES_OF_FIELD) return oldestOfField;
    return list.length < ENTRIES ? list.length : oldest;
  }

  index() {
    const starts = new Set();
    this.anyShort = this.anySpaced = false;
    for (const entry of [...this.secrets, ...this.values]) {
      if (entry.prefix === 0) {
        this.anyShort = true;
        continue;
      }
      const start = entry.needle.slice(0, 4);
      this.anySpaced ||= start.includes(' ');
      starts.add(escapeForPattern(start));
    }
    this.beginnings = new RegExp(starts.size > 0 ? [...starts].join('|') : '(?!)', 'gi');
  }

  // True when `text` repeats something remembered.
  repeats(text, place) {
    if (text === '' || this.empty) return false;
    if (this.beginnings === null) this.index();
    if (
      this.anyShort &&
      (place === TEXT || place === NAME) &&
      text.length <= SHORT_TEXT
    ) {
      const folded = foldText(text);
      const isIt = (entry) => entry.prefix === 0 && entry.text === folded;
      if (this.secrets.some(isIt) || this.values.some(isIt)) return true;
    }
    // White space among the first characters may be spelled in many ways.
    return this.isIn(this.anySpaced ? foldText(text) : text, place);
  }

  isIn(text, place) {
    const pattern = this.beginnings;
    pattern.lastIndex = 0;
    for (let hit = pattern.exec(text); hit !== null; hit = pattern.exec(text)) {
      const isHere = (entry) => this.matches(entry, text, hit.index, place);
      if (this.secrets.some(isHere) || this.values.some(isHere)) return true;
      pattern.lastIndex = hit.index + 1;
    }
    return false;
  }

  matches(entry, text, at, place) {
    if (entry.prefix === 0) return false;
    const value = entry.needle;
    const { size, end } = common(value, text, at);
    if (size < entry.prefix) return false;
    const whole = size === value.length;
    if (place === FIELD) return entry.secret && whole;
    if (place === SHEET || (place === NAME && !entry.secret))
      return whole && size >= NAME_MIN;
    const wordEnds = !isWordAt(text, end);
    if (!whole) return wordEnds && (entry.secret || entry.field === this.current);
    if (entry.secret || size >= INSIDE_WORDS_MIN) return true;
    return wordEnds && !isWordAt(text, at - 1);
  }
}
