// What may stand in the words and values of style sheets.
import { lower } from './chars.mjs';
import { isThemeAttribute, isThemeWord } from './attributes.mjs';
import * as css from './css_tokens.mjs';
import {
  FUNCTIONS,
  GENERIC_FAMILIES,
  INPUT_TYPES,
  KEYWORDS,
  ROLES,
  STATES,
  UNITS,
} from './css_words.mjs';
import { hasCard } from './scan.mjs';

const TOKENS_MAX = 64;
const FAMILIES_MAX = 16;

const isDigit = (c) => c >= 48 && c <= 57;
const isLetter = (c) => (c | 32) >= 97 && (c | 32) <= 122;

// True for a name that looks like a token: 20 or more letters and digits in a row with at
// least two digits and a letter among them, or 13 or more digits with nothing but dashes,
// underlines, dots and spaces between them.
export function isTokenLike(name) {
  if (name.length < 13) return false;
  let run = 0;
  let runDigits = 0;
  let digits = 0;
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    if (isDigit(c)) {
      run++;
      runDigits++;
      if (++digits >= 13) return true;
    } else if (isLetter(c)) {
      run++;
      digits = 0;
    } else {
      run = runDigits = 0;
      if (c !== 45 && c !== 95 && c !== 46 && c !== 32) digits = 0;
    }
    if (run >= 20 && runDigits >= 2 && runDigits < run) return true;
  }
  return false;
}

// What names of fonts consist of.
export const isPlainName = (text) =>
  /^[A-Za-z0-9 -]{0,40}$/.test(text) && !isTokenLike(text);

// One character that is no letter or digit, but for up to two spaces: separators and the
// glyphs of icon fonts.
const SYMBOL = new RegExp(
  '^[!-/:-@[-`{-~\\u00a1-\\u00a9\\u00ab\\u00b7\\u00bb\\u00d7' +
    '\\u2010-\\u205e\\u20a0-\\u20cf\\u2190-\\u2bff\\ue000-\\uf8ff]?$',
  'u',
);
function isSymbol(text) {
  const bare = text.replace(/[ \u00a0]/g, '');
  return text.length - bare.length <= 2 && SYMBOL.test(bare);
}

const isGridRow = (text) => /^[A-Za-z0-9 _.-]{0,200}$/.test(text) && !isTokenLike(text);

// At most six digits in front of the point and twelve in all, so that it cannot hold a
// card number.
function isPlainNumber(text) {
  const digits = text.replace(/[^0-9.]/g, '');
  const whole = digits.split('.', 1)[0];
  return whole.length <= 6 && digits.replace(/\./g, '').length <= 12;
}

const isColour = (text) => /^(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(text);

// `before` is the name of the function, or the exclamation mark, that stands in front.
function isPlainToken(token, before) {
  const all = token.css.slice(token.begin, token.end);
  if (before === '!')
    return token.type === css.IDENT && lower(token.text) === 'important';
  switch (token.type) {
    case css.NUMBER:
    case css.PERCENTAGE:
      return isPlainNumber(all);
    case css.DIMENSION:
      return (
        UNITS.has(lower(token.text)) &&
        isPlainNumber(all.slice(0, all.length - token.text.length))
      );
    case css.HASH:
      return isColour(token.text);
    case css.IDENT:
      return before === 'var' && token.text.startsWith('--')
        ? !isTokenLike(token.text)
        : KEYWORDS.has(lower(token.text));
    case css.FUNCTION:
      return FUNCTIONS.has(lower(token.text));
    case css.STRING:
      return token.closed && (before === 'url' || isSymbol(css.unescapeCss(token.text)));
    case css.URL:
      return true;
    case css.DELIM:
      return ',/()+-*!'.includes(all);
    default:
      return false;
  }
}

// True when the value of a custom property is plain styling.
export function isPlainValue(value) {
  const token = new css.CssTokenizer(value);
  let tokens = 0;
  let comments = false;
  let before = '';
  while (token.next() !== css.END) {
    if (token.type === css.SPACE) continue;
    if (token.type === css.COMMENT) {
      comments = true;
      continue;
    }
    // The codes of icons, as strings, are commonly escaped.
    const odd = token.escaped && token.type !== css.STRING;
    // What becomes of an address without quotes, a function of a string, is three.
    tokens += token.type === css.URL ? 3 : 1;
    if (tokens > TOKENS_MAX || odd || !isPlainToken(token, before)) return false;
    before = token.type === css.FUNCTION ? lower(token.text) : token.delim();
  }
  // Without the comments between them, digits may become a card number.
  return (tokens === 0 || !comments) && !hasCard(value);
}

// True for a list of font families that ends with a generic one, or has one in front of
// fonts for emoji.
export function isFontStack(value) {
  const token = new css.CssTokenizer(value);
  let family = '';
  let generic = false;
  let families = 1;
  for (;;) {
    switch (token.next()) {
      case css.END:
        return generic || GENERIC_FAMILIES.has(lower(family));
      case css.SPACE:
        break;
      case css.IDENT:
      case css.STRING:
        if (!token.closed || !isPlainName(css.unescapeCss(token.text))) return false;
        family = token.type === css.IDENT ? token.text : '';
        break;
      case css.DELIM:
        if (token.delim() !== ',' || ++families > FAMILIES_MAX) return false;
        generic ||= GENERIC_FAMILIES.has(lower(family));
        family = '';
        break;
      default:
        return false;
    }
  }
}

const FORMATS = new Set([
  'woff2',
  'woff',
  'truetype',
  'opentype',
  'svg',
  'collection',
  'embedded-opentype',
  'woff2-variations',
  'variations',
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/avif',
  'image/gif',
  'image/svg+xml',
  'truetype-variations',
]);

// True for a string that may stand in the declaration of property `name`, or in the
// at-rule `name`; `front` is what stands in front of it there.
export function isPlainString(name, text, front) {
  if (isSymbol(text)) return true;
  if (name === 'font-family' || name === 'font') return isPlainName(text);
  if (name === 'grid-template-areas' || name === 'grid-template' || name === 'grid') {
    return isGridRow(text);
  }
  if (name === '@charset') return lower(text) === 'utf-8';
  const called = lower(
    /([\w\x80-\uffff-]{0,8})\([ \n\t\r\f]{0,8}$/.exec(front)?.[1] ?? '',
  );
  if (called === 'local') return isPlainName(text);
  return (called === 'format' || called === 'type') && FORMATS.has(lower(text));
}

// True when the attribute selector [name=value] says nothing of a person.
export function isPlainAttribute(attribute, value) {
  if (value === '') return true;
  const name = lower(attribute);
  if (name === 'type') return INPUT_TYPES.has(lower(value));
  if (name === 'dir') return value === 'ltr' || value === 'rtl' || value === 'auto';
  if (name === 'role') return ROLES.has(lower(value));
  if (name === 'lang' || name === 'hreflang') return /^[A-Za-z-]{1,11}$/.test(value);
  if (name.length > 5 && name.startsWith('aria-')) return STATES.has(lower(value));
  if (name === 'class' || name === 'id') return value.length <= 40 && isGridRow(value);
  if (isThemeAttribute(attribute) && isThemeWord(value)) return true;
  // disabled="disabled" and the like.
  return name === value;
}

// True when no string, comment or block is left open at the end.
export function isWholeCss(sheet) {
  const token = new css.CssTokenizer(sheet);
  let depth = 0;
  while (token.next() !== css.END) {
    if (!token.closed || token.type === css.BAD_STRING || token.type === css.BAD_URL)
      return false;
    if (token.type === css.FUNCTION) depth++;
    const c = token.delim();
    if (c === '{' || c === '(' || c === '[') depth++;
    else if (c === '}' || c === ')' || c === ']') depth--;
    if (depth < 0) return false;
  }
  return depth === 0;
}
