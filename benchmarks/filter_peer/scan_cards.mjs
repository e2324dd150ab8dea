// Payment cards and bank accounts.
import { decimalDigit, isAlnum, isSeparator } from './chars.mjs';

// Issuer prefixes, padded to six digits, with the numbers of digits that cards have.
const ISSUERS = [
  [400000, 499999, 13, 13],
  [400000, 499999, 16, 16],
  [400000, 499999, 18, 19],
  [510000, 559999, 16, 16],
  [222100, 272099, 16, 16],
  [340000, 349999, 15, 15],
  [370000, 379999, 15, 15],
  [300000, 305999, 14, 19],
  [309500, 309599, 14, 19],
  [360000, 369999, 14, 19],
  [380000, 399999, 14, 19],
  [601100, 601199, 16, 19],
  [644000, 659999, 16, 19],
  [620000, 629999, 16, 19],
  [810000, 829999, 16, 19],
  [352800, 358999, 16, 19],
  [500000, 509999, 13, 19],
  [560000, 589999, 13, 19],
  [600000, 609999, 16, 19],
  [630000, 639999, 13, 19],
  [670000, 679999, 13, 19],
  [220000, 220599, 16, 19],
  [979200, 979299, 16, 16],
];

function isCard(digits, begin) {
  const length = digits.length - begin;
  let prefix = 0;
  for (let i = 0; i < 6; i++) prefix = prefix * 10 + digits[begin + i].value;
  if (
    !ISSUERS.some(
      ([first, last, min, max]) =>
        prefix >= first && prefix <= last && length >= min && length <= max,
    )
  )
    return false;
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const value = digits[digits.length - 1 - i].value;
    sum += i % 2 === 0 ? value : value > 4 ? value * 2 - 9 : value * 2;
  }
  return sum % 10 === 0;
}

// The longest card that ends at the last of `digits`, or null.
function cardAtEnd(digits) {
  for (let length = Math.min(digits.length, 19); length >= 13; length--) {
    const first = digits[digits.length - length];
    if (first.starts && isCard(digits, digits.length - length)) {
      return { begin: first.begin, end: digits[digits.length - 1].end };
    }
  }
  return null;
}

// Of several cards that begin alike, the longest. It starts and ends where a run of
// digits does.
export function findCard(text, pos) {
  let digits = [];
  let separators = 0;
  let inRun = false;
  let found = null;
  let since = 0;
  const endRun = () => {
    const card = cardAtEnd(digits);
    if (card !== null && (found === null || card.begin === found.begin)) {
      found = card;
      since = 0;
    }
    return found !== null && since > 6;
  };
  for (let i = pos; i < text.length;) {
    const c = text.codePointAt(i);
    const begin = i;
    i += c > 0xffff ? 2 : 1;
    const value = decimalDigit(c);
    if (value >= 0) {
      digits.push({ value, starts: !inRun, begin, end: i });
      inRun = true;
      separators = 0;
      since++;
      continue;
    }
    if (inRun && endRun()) return found;
    inRun = false;
    if (digits.length === 0) continue;
    if (!isSeparator(c) || ++separators > 3) {
      if (found !== null) return found;
      digits = [];
      separators = 0;
    }
  }
  if (inRun) endRun();
  return found;
}

const IBAN_SIZES = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 ' +
    'DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 ' +
    'GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 ' +
    'LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 ' +
    'PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 ' +
    'SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);
const IBAN_BEGIN = /(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}/g;

function ibanEnd(text, begin) {
  const size = IBAN_SIZES.get(text.substr(begin, 2).toUpperCase());
  if (size === undefined) return -1;
  let compact = '';
  let separators = 0;
  let pos = begin;
  for (; pos < text.length && compact.length < size; pos++) {
    if (isAlnum(text.charCodeAt(pos))) {
      compact += text[pos];
      separators = 0;
    } else if (!' -.\t\n'.includes(text[pos]) || ++separators > 2) {
      return -1;
    }
  }
  if (compact.length < size || compact.replace(/\D/g, '').length < 7) return -1;
  if (isAlnum(text.charCodeAt(pos))) return -1;
  let rest = 0;
  for (const c of compact.slice(4) + compact.slice(0, 4)) {
    const value = parseInt(c, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1 ? pos : -1;
}

export function findIban(text, pos) {
  IBAN_BEGIN.lastIndex = pos;
  for (let at = IBAN_BEGIN.exec(text); at !== null; at = IBAN_BEGIN.exec(text)) {
    const end = ibanEnd(text, at.index);
    if (end >= 0) return { begin: at.index, end };
    IBAN_BEGIN.lastIndex = at.index + 1;
  }
  return null;
}
