// The tokens of CSS, as CSS Syntax Level 3 defines them. The tokenizers of npm begin at the
// start of a sheet; the filter wants single tokens from any place on.

export const END = 0;
export const SPACE = 1;
export const COMMENT = 2;
export const IDENT = 3;
export const FUNCTION = 4; // With its parenthesis, but for url( of an unquoted address.
export const AT_KEYWORD = 5;
export const HASH = 6;
export const STRING = 7;
export const BAD_STRING = 8; // Ended by a line end, which is not part of it.
export const URL = 9; // url( with an unquoted address, to its parenthesis.
export const BAD_URL = 10;
export const NUMBER = 11;
export const PERCENTAGE = 12;
export const DIMENSION = 13;
export const CDO = 14;
export const CDC = 15;
export const DELIM = 16; // Any other character, also brackets and semicolons.

const NESTING_MAX = 256;
const NAME = 1;
const NAME_START = 2;
const WHITE = 4;
const HEX = 8;
const CLASSES = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const character = String.fromCharCode(c);
  if (/[A-Za-z_\x00]/.test(character)) CLASSES[c] |= NAME | NAME_START;
  if (/[0-9-]/.test(character)) CLASSES[c] |= NAME;
  if (/[ \n\t\r\f]/.test(character)) CLASSES[c] |= WHITE;
  if (/[0-9A-Fa-f]/.test(character)) CLASSES[c] |= HEX;
}
const classOf = (c) => (c < 128 ? CLASSES[c] : NAME | NAME_START);

// These take the code of a character; of none, NaN, all are false.
export const isName = (c) => (classOf(c) & NAME) !== 0 && c === c;
const isNameStart = (c) => (classOf(c) & NAME_START) !== 0 && c === c;
export const isSpace = (c) => c <= 32 && (CLASSES[c] & WHITE) !== 0;
export const isNewline = (c) => c === 10 || c === 12 || c === 13;
const isDigit = (c) => c >= 48 && c <= 57;
const isHex = (c) => c < 128 && (CLASSES[c] & HEX) !== 0;

const behindSpace = (css, pos) => pos + (css.startsWith('\r\n', pos) ? 2 : 1);

// The end of the escape whose backslash is at `pos`, with the space that ends it.
export function escapeEnd(css, pos) {
  let i = pos + 1;
  if (i >= css.length) return css.length;
  if (isNewline(css.charCodeAt(i))) return behindSpace(css, i);
  if (!isHex(css.charCodeAt(i))) return i + 1;
  while (i < css.length && i < pos + 7 && isHex(css.charCodeAt(i))) i++;
  return i < css.length && isSpace(css.charCodeAt(i)) ? behindSpace(css, i) : i;
}

const ESCAPE = /\\(?:([0-9A-Fa-f]{1,6})(?:\r\n|[ \n\t\r\f])?|(\r\n|[\n\r\f])|([^]?))/g;

// `text` without escapes. Escaped line ends vanish; what is no character becomes U+FFFD.
export function unescapeCss(text) {
  if (!text.includes('\\')) return text;
  return text.replace(ESCAPE, (all, hex, newline, character) => {
    if (newline !== undefined) return '';
    if (hex === undefined) return character || '\ufffd';
    const code = parseInt(hex, 16);
    const valid = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return valid ? String.fromCodePoint(code) : '\ufffd';
  });
}

// Reads tokens one after the other. What the last one was stands in the members: its
// type, its place, and `text`, the name of an identifier, function or hash, the content
// of a string or url, the unit of a dimension, still escaped.
export class CssTokenizer {
  constructor(css, pos = 0) {
    this.css = css;
    this.pos = pos;
    this.type = END;
    this.begin = pos;
    this.end = pos;
    this.text = '';
    this.escaped = false; // `text` holds a backslash.
    this.closed = true; // A string, url or comment has its end.
  }

  code(i) {
    return this.css.charCodeAt(i);
  }

  startsEscape(i) {
    return this.code(i) === 92 && !isNewline(this.code(i + 1));
  }

  startsName(i) {
    if (this.code(i) !== 45) return isNameStart(this.code(i)) || this.startsEscape(i);
    return (
      this.code(i + 1) === 45 || isNameStart(this.code(i + 1)) || this.startsEscape(i + 1)
    );
  }

  startsNumber(i) {
    const at = this.code(i) === 43 || this.code(i) === 45 ? i + 1 : i;
    return isDigit(this.code(at)) || (this.code(at) === 46 && isDigit(this.code(at + 1)));
  }

  // The character of a delimiter; empty for any other token.
  delim() {
    return this.type === DELIM ? this.css[this.begin] : '';
  }

  readName() {
    const begin = this.pos;
    for (;;) {
      if (isName(this.code(this.pos))) {
        this.pos++;
      } else if (this.startsEscape(this.pos)) {
        this.escaped = true;
        this.pos = escapeEnd(this.css, this.pos);
      } else {
        break;
      }
    }
    this.text = this.css.slice(begin, this.pos);
  }

  readString() {
    const quote = this.code(this.pos++);
    const begin = this.pos;
    this.type = STRING;
    this.closed = false;
    while (this.pos < this.css.length) {
      const c = this.code(this.pos);
      this.closed = c === quote;
      if (this.closed) break;
      if (isNewline(c)) {
        this.type = BAD_STRING;
        break;
      }
      if (c === 92) {
        this.escaped = true;
        this.pos = escapeEnd(this.css, this.pos);
      } else {
        this.pos++;
      }
    }
    this.text = this.css.slice(begin, this.pos);
    if (this.closed) this.pos++;
  }

  readUrl() {
    this.type = URL;
    this.escaped = false;
    this.closed = false;
    while (isSpace(this.code(this.pos))) this.pos++;
    const begin = this.pos;
    let end = -1; // Of the address, once white space ended it.
    while (this.pos < this.css.length) {
      const c = this.code(this.pos);
      this.closed = c === 41;
      if (this.closed) break;
      if (isSpace(c)) {
        if (end < 0) end = this.pos;
        this.pos++;
        continue;
      }
      const escape = this.startsEscape(this.pos);
      const bad =
        c === 34 ||
        c === 39 ||
        c === 40 ||
        (c < 32 && c !== 0) ||
        c === 127 ||
        (c === 92 && !escape);
      if (bad || end >= 0) this.type = BAD_URL;
      if (escape) this.escaped = true;
      this.pos = escape ? escapeEnd(this.css, this.pos) : this.pos + 1;
    }
    this.text = this.css.slice(begin, end < 0 ? this.pos : end);
    if (this.closed) this.pos++;
  }

  readNameLike() {
    this.readName();
    this.type = IDENT;
    if (this.code(this.pos) !== 40) return;
    this.pos++;
    this.type = FUNCTION;
    if (unescapeCss(this.text).toLowerCase() !== 'url') return;
    let next = this.pos;
    while (isSpace(this.code(next))) next++;
    if (this.code(next) !== 34 && this.code(next) !== 39) this.readUrl();
  }

  readDigits() {
    while (isDigit(this.code(this.pos))) this.pos++;
  }

  readNumber() {
    if (this.code(this.pos) === 43 || this.code(this.pos) === 45) this.pos++;
    this.readDigits();
    if (this.code(this.pos) === 46 && isDigit(this.code(this.pos + 1))) {
      this.pos++;
      this.readDigits();
    }
    if ((this.code(this.pos) | 32) === 101) {
      const sign =
        this.code(this.pos + 1) === 43 || this.code(this.pos + 1) === 45 ? 1 : 0;
      if (isDigit(this.code(this.pos + 1 + sign))) {
        this.pos += 1 + sign;
        this.readDigits();
      }
    }
    if (this.code(this.pos) === 37) {
      this.pos++;
      this.type = PERCENTAGE;
    } else if (this.startsName(this.pos)) {
      this.readName();
      this.type = DIMENSION;
    } else {
      this.type = NUMBER;
    }
  }

  // Reads the next token and returns its type.
  next() {
    this.begin = this.pos;
    this.text = '';
    this.escaped = false;
    this.closed = true;
    if (this.pos >= this.css.length) this.type = END;
    else this.readToken(this.code(this.pos));
    this.end = this.pos;
    return this.type;
  }

  readToken(c) {
    if (isSpace(c)) {
      this.type = SPACE;
      while (isSpace(this.code(this.pos))) this.pos++;
    } else if (c === 47 && this.code(this.pos + 1) === 42) {
      this.type = COMMENT;
      const end = this.css.indexOf('*/', this.pos + 2);
      this.closed = end >= 0;
      this.pos = this.closed ? end + 2 : this.css.length;
    } else if (c === 34 || c === 39) {
      this.readString();
    } else if (this.startsNumber(this.pos)) {
      this.readNumber();
    } else if (this.css.startsWith('-->', this.pos)) {
      this.type = CDC;
      this.pos += 3;
    } else if (this.startsName(this.pos)) {
      this.readNameLike();
    } else if (
      c === 35 &&
      (isName(this.code(this.pos + 1)) ||
        (this.pos + 1 < this.css.length && this.startsEscape(this.pos + 1)))
    ) {
      this.pos++;
      this.readName();
      this.type = HASH;
    } else if (c === 64 && this.startsName(this.pos + 1)) {
      this.pos++;
      this.readName();
      this.type = AT_KEYWORD;
    } else if (this.css.startsWith('<!--', this.pos)) {
      this.type = CDO;
      this.pos += 4;
    } else {
      this.type = DELIM;
      this.pos++;
    }
  }

  // Reads on while what comes is of one of the types.
  nextBut(...types) {
    do this.next();
    while (types.includes(this.type));
    return this.type;
  }

  // Moves behind the closing bracket that matches an open one just read, or to the end.
  // Returns false when the block has no end or holds what is broken, brackets or braces,
  // or a semicolon.
  skipBlock(closer) {
    const closers = [closer];
    let simple = true;
    while (closers.length > 0) {
      if (this.next() === END) return false;
      const open = this.type === FUNCTION ? '(' : this.delim();
      if (
        !this.closed ||
        this.type === BAD_STRING ||
        this.type === BAD_URL ||
        (open !== '' && '[]{};'.includes(open))
      )
        simple = false;
      if (open !== '' && open === closers[closers.length - 1]) closers.pop();
      const close = open === '(' ? ')' : open === '[' ? ']' : open === '{' ? '}' : '';
      if (close === '') continue;
      if (closers.length === NESTING_MAX) {
        this.pos = this.css.length;
        return false;
      }
      closers.push(close);
    }
    return simple;
  }
}
