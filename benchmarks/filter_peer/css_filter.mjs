// The rule for style sheets: what can carry text or load something is blanked, the rest
// stays as it is. Goes from one place of interest to the next; what stands there is read
// by the tokenizer.
import { lower } from './chars.mjs';
import { filterAddress } from './css_address.mjs';
import * as css from './css_tokens.mjs';
import { CssText } from './css_text.mjs';
import { maskOfName, maskOfNumber } from './css_names.mjs';
import {
  isFontStack,
  isPlainAttribute,
  isPlainString,
  isPlainValue,
} from './css_values.mjs';

const NAMESPACES = new Set([
  'http://www.w3.org/1999/xhtml',
  'http://www.w3.org/2000/svg',
  'http://www.w3.org/1998/math/mathml',
  'http://www.w3.org/1999/xlink',
  'http://www.w3.org/xml/1998/namespace',
]);
const IMAGE_FUNCTIONS = new Set([
  'image-set',
  '-webkit-image-set',
  'image',
  'src',
  'cross-fade',
  '-webkit-cross-fade',
]);

const SEPARATES_BEHIND = /[ \n\t\r\f{}[\]();,:]/;
const SEPARATES_BEFORE = /[ \n\t\r\f{}[\]);,:]/;
// The @ of an e-mail address: a word or an escape before it, a word with a dot or an
// escape behind it. No CSS has one outside of strings and addresses.
const EMAIL_SIGN =
  /(?<=[\w\u0080-\uffff-]|(?<!\\)(?:\\\\)*\\(?:[0-9A-Fa-f]{1,6}(?:\r\n|[ \n\t\r\f])?|[^0-9A-Fa-f\\]))@(?=[\w\u0080-\uffff-]+\.[\w\\\u0080-\uffff-]|[\w\u0080-\uffff-]*\\)/g;
const MAY_MATTER = /\\|b[e\\]|-(?:webkit-[t\\]|[-mw\\])/iy;

class CssFilter extends CssText {
  constructor(sheet, baseOrigin, isValue, onTextSecurity) {
    super(sheet);
    this.baseOrigin = baseOrigin;
    this.onTextSecurity = onTextSecurity;
    this.pos = 0; // What is before has been dealt with.
    this.statement = 0; // Where the current declaration or rule began.
    this.addressesUntil = 0;
    this.stringEnd = 0; // Behind the last string: what it holds calls nothing.
    this.fontsUntil = isValue && isFontStack(sheet) ? sheet.length : 0;
  }

  run() {
    this.onStatement(0);
    let sign = this.emailSign();
    for (;;) {
      if (sign < this.pos) sign = this.emailSign();
      const at = this.find(this.pos);
      if (sign < (at < 0 ? this.css.length : at)) return '';
      if (at < 0) return this.finish();
      this.onStop(at);
    }
  }

  emailSign() {
    EMAIL_SIGN.lastIndex = this.pos;
    return EMAIL_SIGN.exec(this.css)?.index ?? this.css.length;
  }

  onStop(at) {
    switch (this.css[at]) {
      case '{':
      case '}':
      case ';':
        return this.onStatement(at + 1);
      case '"':
      case "'":
        return this.onString(at, at < this.addressesUntil);
      case '(': {
        const begin = this.nameBegin(at);
        return this.onFunction(begin, at);
      }
      case '[':
        return this.onBracket(at);
      case '/':
        if (this.css[at + 1] === '*') return this.onComment(at);
        this.pos = at + 1;
        return undefined;
      default:
        return this.onName(at);
    }
  }

  // A declaration or rule may begin at `begin`, behind white space.
  onStatement(begin) {
    this.pos = begin;
    this.statement = this.skipSpace(begin);
    MAY_MATTER.lastIndex = this.statement;
    if (MAY_MATTER.test(this.css)) this.onDeclaration(this.statement);
  }

  // Custom properties, and those that are always of interest.
  onDeclaration(begin) {
    const token = new css.CssTokenizer(this.css, begin);
    if (token.next() !== css.IDENT) return;
    const nameEnd = token.end;
    const name = css.unescapeCss(token.text);
    const property = lower(name);
    const custom = name.startsWith('--');
    const security = property === '-webkit-text-security';
    if (!custom && !security && property !== 'behavior' && property !== '-moz-binding')
      return;
    token.nextBut(css.SPACE, css.COMMENT);
    if (token.delim() !== ':') return;
    const masked = this.checkName(begin, nameEnd);
    for (let i = nameEnd; i < token.begin; i = this.pos) {
      if (this.css[i] === '/') this.onComment(i);
      else this.pos = i + 1;
    }
    this.pos = token.end;
    const end = this.valueEnd(token.end);
    const first = Math.min(this.skipSpace(token.end), end);
    if (security) {
      if (!/^(?:\s|\/\*[^]*?\*\/)*none\b/i.test(this.css.slice(first, end)))
        this.onTextSecurity();
    } else if (custom) {
      this.onCustomValue(masked ? '' : property, first, end);
    } else {
      if (first < end) this.replace(token.end, end, '');
      this.pos = end;
    }
  }

  // Where the value of a declaration ends that begins at `begin`.
  valueEnd(begin) {
    const token = new css.CssTokenizer(this.css, begin);
    for (;;) {
      if (token.next() === css.END) return this.css.length;
      const c = token.type === css.FUNCTION ? '(' : token.delim();
      if (c === ';' || c === '}' || c === ')') return token.begin;
      if (c === '(') token.skipBlock(')');
      else if (c === '[') token.skipBlock(']');
      else if (c === '{') token.skipBlock('}');
    }
  }

  onCustomValue(property, begin, end) {
    const value = this.css.slice(begin, end);
    if (isPlainValue(value)) return;
    if (property.includes('font') && isFontStack(value)) {
      this.fontsUntil = end;
      return;
    }
    this.replace(begin, end, 'initial');
    this.pos = end;
  }

  onComment(begin) {
    const token = new css.CssTokenizer(this.css, begin);
    while (this.css.startsWith('/*', token.pos)) token.next();
    const end = token.pos;
    this.pos = end;
    const glues =
      end < this.css.length &&
      !SEPARATES_BEHIND.test(this.before(begin)) &&
      !SEPARATES_BEFORE.test(this.css[end]);
    const left = glues ? '/**/' : '';
    if (this.css.slice(begin, end) !== left) this.replace(begin, end, left);
    if (begin === this.statement) this.onStatement(end);
  }

  // The start of the name that holds or ends at `at`.
  nameBegin(end) {
    let at = end;
    while (at > this.pos && css.isName(this.code(at - 1))) at--;
    // The dashes of <!-- are not part of it, so that it may begin behind `end`.
    return at >= 2 && this.css.startsWith('<!--', at - 2) ? at + 2 : at;
  }

  onName(at) {
    if (this.css[at] === '\\' && css.isNewline(this.code(at + 1))) {
      this.pos = at + 1;
      return;
    }
    const begin = this.nameBegin(at);
    let end = Math.max(begin, at);
    for (;;) {
      if (css.isName(this.code(end))) end++;
      else if (this.css[end] === '\\' && !css.isNewline(this.code(end + 1))) {
        end = css.escapeEnd(this.css, end);
      } else break;
    }
    if (begin < end) this.checkName(begin, end);
    this.pos = end;
    if (this.css[end] === '(') this.onFunction(begin, end);
  }

  // Masks a name that looks like a token; returns whether it is one.
  checkName(begin, end) {
    const raw = this.css.slice(begin, end);
    const front = this.before(begin);
    const isNumber = front !== '#' && /^-?[0-9]/.test(raw);
    const sign = isNumber && raw[0] === '-' ? 1 : 0;
    const mask = isNumber
      ? maskOfNumber(raw.slice(sign), front === '.')
      : maskOfName(raw);
    if (mask !== null) this.replace(begin + sign, end, mask);
    return mask !== null && !isNumber;
  }

  // A function, or a parenthesis by itself, whose parenthesis is at `open`.
  onFunction(begin, open) {
    this.pos = open + 1;
    // Names of these kinds end in front of a parenthesis.
    const hash =
      begin > 0 && (this.css[begin - 1] === '#' || this.css[begin - 1] === '@');
    const name = hash ? '' : lower(css.unescapeCss(this.css.slice(begin, open)));
    if (name === 'var') return undefined;
    if (name === 'url') return this.onUrl(begin, open);
    if (name === 'attr' || name === 'expression') return this.blankBlock(begin, open);
    // One inside another is known already.
    if (open >= this.addressesUntil && IMAGE_FUNCTIONS.has(name)) {
      const token = new css.CssTokenizer(this.css, open + 1);
      if (!token.skipBlock(')')) return this.blankBlock(begin, open);
      this.addressesUntil = token.pos;
    }
    // A custom property may stand in a parenthesis: @supports (--x: y).
    const first = this.skipSpace(this.pos);
    if (this.css[first] === '-' || this.css[first] === '\\') {
      const { statement } = this;
      this.onDeclaration(first);
      this.statement = statement;
    }
    return undefined;
  }

  blankBlock(begin, open) {
    const token = new css.CssTokenizer(this.css, open + 1);
    token.skipBlock(')');
    this.pos = token.pos;
    this.replace(begin, this.pos, '""');
  }

  onUrl(begin, open) {
    const first = this.skipSpace(open + 1);
    if (this.css[first] === '"' || this.css[first] === "'")
      return this.onString(first, true);
    const token = new css.CssTokenizer(this.css, begin);
    token.next();
    this.pos = token.end;
    if (token.type !== css.URL || !token.closed)
      return this.replace(begin, this.pos, 'url("")');
    const address = css.unescapeCss(token.text);
    const namespace = lower(this.statementName()) === '@namespace';
    if (address === '' || (namespace && NAMESPACES.has(lower(address)))) return undefined;
    // Nothing is loaded from a namespace, so it may be any words.
    if (namespace) return this.replace(begin, this.pos, 'url("")');
    const kept = filterAddress(address, this.baseOrigin);
    if (kept === address && !token.escaped) return undefined;
    return this.replace(token.begin, token.end, `url("${kept}")`);
  }

  onString(at, inUrl) {
    const token = new css.CssTokenizer(this.css, at);
    token.next();
    const behind = Math.max(this.statement, this.stringEnd);
    this.pos = token.end;
    this.stringEnd = token.end;
    if (!token.closed) return this.replace(at, token.end, '""');
    if (token.text === '') return undefined;
    const text = css.unescapeCss(token.text);
    const name = this.statementName();
    const statement = lower(name);
    const isAddress =
      inUrl ||
      (statement === '@import' && this.skipSpace(this.statement + name.length) === at);
    if (statement === '@namespace') {
      return NAMESPACES.has(lower(text)) ? undefined : this.replace(at, token.end, '""');
    }
    if (isAddress) {
      const kept = filterAddress(text, this.baseOrigin);
      return kept === text && !token.escaped
        ? undefined
        : this.replace(at, token.end, `"${kept}"`);
    }
    const front = this.css.slice(Math.max(behind, at - 17), at);
    const plain = isPlainString(at < this.fontsUntil ? 'font' : statement, text, front);
    if (plain) return undefined;
    return this.replace(at, token.end, '""');
  }

  // The property or at-rule of the statement, as far as it is of interest.
  statementName() {
    let end = this.statement;
    if (this.css[end] === '@') end++;
    while (end < this.statement + 24 && css.isName(this.code(end))) end++;
    return this.css.slice(this.statement, end);
  }

  // An attribute selector: [name], [name=value], [ns|name~="value" i]. Grid lines have
  // brackets too, but no operator in them.
  onBracket(at) {
    const token = new css.CssTokenizer(this.css, at + 1);
    this.pos = at + 1;
    let name = '';
    for (; ; this.pos = token.end) {
      this.nextInBracket(token);
      if (token.type === css.IDENT) {
        this.checkName(token.begin, token.end);
        name = css.unescapeCss(token.text);
      } else if (token.delim() === '=') {
        this.pos = token.end;
        this.onAttributeValue(token, name);
        return;
      } else if (token.delim() === '' || !'~|^$*'.includes(token.delim())) {
        return;
      }
    }
  }

  // The next token but for comments, which go, and white space.
  nextInBracket(token) {
    while (token.nextBut(css.SPACE) === css.COMMENT) {
      if (token.begin >= this.pos) this.onComment(token.begin);
    }
  }

  onAttributeValue(token, name) {
    this.nextInBracket(token);
    const { begin, end, escaped, text } = token;
    const word = token.type === css.IDENT || (token.type === css.STRING && token.closed);
    if (!word || !CssFilter.endsBracket(token)) {
      this.dropAttributeValue(begin);
      return;
    }
    this.pos = end;
    if (escaped || !isPlainAttribute(name, css.unescapeCss(text)))
      this.replace(begin, end, '""');
  }

  // Whether nothing but a flag stands in front of the bracket's end.
  static endsBracket(token) {
    token.nextBut(css.SPACE, css.COMMENT);
    if (token.type === css.IDENT && /^[is]$/i.test(token.text))
      token.nextBut(css.SPACE, css.COMMENT);
    return token.delim() === ']';
  }

  // What is no selector goes, to the bracket's end or the statement's.
  dropAttributeValue(begin) {
    const token = new css.CssTokenizer(this.css, begin);
    while (token.next() !== css.END && !/^[\]{};]$/.test(token.delim()));
    this.pos = token.begin;
    if (this.css.slice(begin, this.pos) !== '""') this.replace(begin, this.pos, '""');
  }
}

// `sheet` without comments and with strings, addresses, attr(), the values of custom
// properties and of attribute selectors blanked. An address stays that leads to an asset
// of `baseOrigin`. `isValue`: it is the value of one property. `onTextSecurity` is called
// for each declaration that hides what is typed.
export function filterCss(sheet, baseOrigin, isValue = false, onTextSecurity = () => {}) {
  return new CssFilter(sheet, baseOrigin, isValue, onTextSecurity).run();
}
