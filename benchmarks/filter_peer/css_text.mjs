// A style sheet with replacements, which come in order, and the places in it that the
// filter has to look at.
import { isSpace } from './css_tokens.mjs';

const STOP = 1;
const WORD = 2;
const DIGIT = 4;
const KINDS = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const character = String.fromCharCode(c);
  if ('{}[(;"\'\\/'.includes(character)) KINDS[c] |= STOP;
  if (/[A-Za-z0-9]/.test(character)) KINDS[c] |= WORD;
  if (/[0-9_-]/.test(character)) KINDS[c] |= DIGIT;
}
const RUN = 12;

export class CssText {
  constructor(sheet) {
    this.css = sheet;
    this.out = '';
    this.copied = 0;
  }

  finish() {
    return this.copied === 0 ? this.css : this.out + this.css.slice(this.copied);
  }

  // The next bracket, but for closing ones of functions, semicolon, quote, slash,
  // backslash or character beyond ASCII, or the start of what may be a token or a long
  // number.
  find(pos) {
    const sheet = this.css;
    let word = 0;
    let digit = 0;
    for (let i = pos; i < sheet.length; i++) {
      const c = sheet.charCodeAt(i);
      const kind = c < 128 ? KINDS[c] : STOP;
      if (kind === STOP) return i;
      word = (kind & WORD) === 0 ? 0 : word + 1;
      digit = (kind & DIGIT) === 0 ? 0 : digit + 1;
      if (word === RUN || digit === RUN) return i - RUN + 1;
    }
    return -1;
  }

  replace(begin, end, text) {
    this.out += this.css.slice(this.copied, begin) + text;
    this.copied = end;
  }

  // What stands in front of `pos`, which has been reached; a space at the start.
  before(pos) {
    if (pos > this.copied) return this.css[pos - 1];
    return this.out === '' ? ' ' : this.out[this.out.length - 1];
  }

  code(i) {
    return this.css.charCodeAt(i);
  }

  skipSpace(begin) {
    let i = begin;
    while (isSpace(this.code(i))) i++;
    return i;
  }
}
