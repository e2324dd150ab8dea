// Telephone numbers: sequences of groups of digits that a leading plus sign, the spelling
// of a country or a word before them makes one. Dates, amounts, versions and addresses of
// the internet are made of groups too, so that nothing without such a mark is taken for a
// telephone number.
import { isAlnum, isDigit } from './chars.mjs';
import { FOLDED_LETTER, hasKeywordBefore } from './fold.mjs';

const KEYWORDS = new Set(
  (
    'tel tele telefon telefono telefone telefoon phone fon fone fax telefax mobile ' +
    'mobil cell cellphone handy call whatsapp sms ph rufnummer durchwahl hotline ' +
    'puhelin celular movil portable gsm dial ring ' +
    't?l t?l?phone tel?fono m?vil'
  )
    .replaceAll('?', FOLDED_LETTER)
    .split(' '),
);
const DIGITS = /[0-9]+/y;
const GAP = /[ ./()-]{1,3}/y;

// The groups from the digit at `begin` on, as far as they may be one number. `before` is
// the character that makes the gap before a group, of several the strongest.
function readGroups(text, begin) {
  const groups = [];
  let pos = begin;
  let before = '';
  let digits = 0;
  while (groups.length < 9) {
    DIGITS.lastIndex = pos;
    const found = DIGITS.exec(text);
    if (found === null) break;
    digits += found[0].length;
    if (digits > 17) break;
    const end = pos + found[0].length;
    groups.push({
      text: found[0],
      size: found[0].length,
      end,
      before,
      open: text[pos - 1] === '(',
      close: text[end] === ')',
    });
    GAP.lastIndex = end;
    const gap = GAP.exec(text);
    if (gap === null) break;
    before = gap[0].trimStart()[0] ?? ' ';
    pos = end + gap[0].length;
  }
  return groups;
}

const digitsIn = (groups) => groups.reduce((sum, group) => sum + group.size, 0);
const sizesOf = (groups) => groups.map((group) => group.size).join(' ');

// A date or a sequence of dates: years, and nothing else longer than two digits.
const isDate = (groups) =>
  groups.some((group) => /^(?:19|20)..$/.test(group.text)) &&
  groups.every((group) => group.size <= 2 || /^(?:19|20)..$/.test(group.text));

// Groups of up to three digits between dots: an IP address, or thousands.
const isDotted = (groups) =>
  groups.every((group, i) => group.size <= 3 && (i === 0 || group.before === '.'));

const isVersion = (groups) =>
  groups.length >= 4 && isDotted(groups) && groups.some((group) => group.size !== 2);

const isDecimal = (groups) =>
  groups.length === 2 && groups[1].before === '.' && groups[1].size <= 2;

// 555-555-5555 and the like. No area begins with 0 or 1.
function isNorthAmerican(groups) {
  const rest = groups[0].text === '1' ? groups.slice(1) : groups;
  return sizesOf(rest) === '3 3 4' && rest[0].text[0] >= '2';
}

// 01 23 45 67 89: five pairs with the same gap.
const isFivePairs = (groups) =>
  sizesOf(groups) === '2 2 2 2 2' &&
  groups.every((group, i) => i < 2 || group.before === groups[1].before);

// 030 1234567, 0171-123 45 67: an area code with the leading zero of most countries.
function hasAreaCode(groups) {
  const area = groups[0];
  if (!/^0[1-9]\d{0,3}$/.test(area.text) || groups.length < 2) return false;
  const digits = digitsIn(groups);
  if (digits < 9 || digits > 12) return false;
  if (isFivePairs(groups)) return true;
  if (isDotted(groups) && groups.length !== 3) return false;
  // Pairs alone are counts or dates, but after a long area code.
  return (
    groups.some((group, i) => i > 0 && group.size >= 3) ||
    (area.size >= 3 && groups.length >= 4)
  );
}

// (030) 123456, (555) 555-5555, 8 (495) 123-45-67, (11) 91234-5678.
function hasBrackets(groups) {
  const at = groups[0].open ? 0 : 1;
  if (at === 1 && groups[0].size !== 1) return false;
  if (groups.length < at + 2 || !groups[at].open || !groups[at].close) return false;
  const area = groups[at];
  const rest = digitsIn(groups.slice(at + 1));
  if (area.text[0] === '0')
    return area.size >= 2 && area.size <= 5 && rest >= 5 && rest <= 9;
  return (
    (area.size === 2 || area.size === 3) &&
    rest >= 7 &&
    rest <= 9 &&
    groups.length <= at + 4
  );
}

// 138 1234 5678, a mobile number of China.
const isChineseMobile = (groups) =>
  sizesOf(groups) === '3 4 4' && /^1[3-9]/.test(groups[0].text);

// 0049 30 1234567.
const hasInternationalPrefix = (groups) =>
  groups.length >= 2 && /^00[1-9]\d{0,3}$/.test(groups[0].text) && digitsIn(groups) >= 10;

function isPhone(groups, context) {
  const digits = digitsIn(groups);
  if (context.plus) {
    return (
      digits >= 8 &&
      digits <= 16 &&
      groups[0].text[0] !== '0' &&
      !(isDotted(groups) && digits <= 10)
    );
  }
  if (isDate(groups)) return false;
  if (context.keyword && digits >= 6 && digits <= 15) {
    return !isVersion(groups) && !isDecimal(groups);
  }
  if (context.glued) return false;
  return (
    isNorthAmerican(groups) ||
    hasAreaCode(groups) ||
    hasBrackets(groups) ||
    isChineseMobile(groups) ||
    hasInternationalPrefix(groups)
  );
}

// True when the text goes on after `end` in a way that the number is not over.
function goesOn(text, end, context) {
  if (end === text.length) return false;
  const c = text[end];
  const digitNext = isDigit(text.charCodeAt(end + 1));
  // An extension, 555-5555x12.
  if (c === 'x' && digitNext) return false;
  if (isAlnum(text.charCodeAt(end)) || c === '_' || c === '%') return true;
  if (digitNext && (c === '.' || c === ':' || c === ',')) return true;
  if (context.plus) return false;
  if (digitNext && (c === '-' || c === '/')) return true;
  if (context.keyword) return false;
  // An amount of money.
  return c === '$' || (c === ' ' && text[end + 1] === '$');
}

// What is known about the place of a number that begins with the digit at `begin`; null
// when it is in the middle of something else.
function readContext(text, floor, begin) {
  let i = begin;
  let plus = false;
  if (i > floor && text[i - 1] === '(') i--;
  if (i > floor + 1 && text[i - 1] === ' ' && text[i - 2] === '+') i--;
  if (i > floor && text[i - 1] === '+') {
    i--;
    plus = true;
    if (i > floor && text[i - 1] === '(') i--;
  } else if (i < begin && text[i] !== '(') {
    i = begin;
  }
  const context = { start: i, plus, keyword: false, glued: false };
  if (i === 0) return context;
  // What stands before the floor is a mask by now.
  const at = (k) => (k < floor ? '*' : text[k]);
  const c = at(i - 1);
  if (/[A-Za-z0-9_$]/.test(c)) return null;
  if (c === ':' && i > 1 && /[0-9]/.test(at(i - 2))) return null;
  context.glued = '-./,#='.includes(c);
  const joined = context.glued && i > 1 ? at(i - 2) : '';
  return (plus ? /[A-Za-z0-9]/ : /[0-9]/).test(joined) ? null : context;
}

function findFrom(text, floor, begin) {
  const groups = readGroups(text, begin);
  const context = digitsIn(groups) >= 6 ? readContext(text, floor, begin) : null;
  if (context === null) return null;
  context.keyword = !context.plus && hasKeywordBefore(text, context.start, KEYWORDS);
  for (; groups.length > 0; groups.pop()) {
    let { end } = groups[groups.length - 1];
    if (goesOn(text, end, context) || !isPhone(groups, context)) continue;
    // A bracket around the whole number is no part of it.
    const number = text.slice(context.start, end);
    const wrapped =
      number[0] === '(' && number.split(')').length < number.split('(').length;
    if (text[end] === 'x') for (end++; isDigit(text.charCodeAt(end));) end++;
    return { begin: context.start + (wrapped ? 1 : 0), end };
  }
  return null;
}

const NUMBER = /[0-9]+/g;

export function findPhone(text, pos) {
  NUMBER.lastIndex = pos;
  for (let run = NUMBER.exec(text); run !== null; run = NUMBER.exec(text)) {
    const inside = run.index > 0 && isDigit(text.charCodeAt(run.index - 1));
    const found = inside ? null : findFrom(text, pos, run.index);
    if (found !== null) return found;
    NUMBER.lastIndex = run.index + run[0].length;
  }
  return null;
}
