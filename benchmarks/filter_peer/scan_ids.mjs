// National identity and tax numbers.
import { hasKeywordBefore } from './fold.mjs';

const pair = (id, i) => Number(id.substr(i, 2));
const weighted = (id, weights) =>
  weights.reduce((sum, weight, i) => sum + weight * Number(id[i]), 0);
const isDay = (day, month) => day >= 1 && day <= 31 && month >= 1 && month <= 12;

function luhnHolds(digits) {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const value = Number(digits[digits.length - 1 - i]);
    sum += i % 2 === 0 ? value : value > 4 ? value * 2 - 9 : value * 2;
  }
  return sum % 10 === 0;
}

const isUsSsn = (id) => {
  const area = Number(id.slice(0, 3));
  return (
    area !== 0 &&
    area !== 666 &&
    area < 900 &&
    pair(id, 3) !== 0 &&
    Number(id.slice(5)) !== 0
  );
};

function isFrenchNir(id) {
  const corsica = { A: 1000000, B: 2000000 }[id[6]] ?? 0;
  if (corsica > 0 ? id[5] !== '2' : !/\d/.test(id[6])) return false;
  const digits = id.slice(0, 6) + (corsica > 0 ? '0' : id[6]) + id.slice(7);
  const month = pair(digits, 3);
  const known =
    (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
  return (
    known &&
    '123478'.includes(digits[0]) &&
    97 - ((Number(digits.slice(0, 13)) - corsica) % 97) === Number(digits.slice(13))
  );
}

const isSpanishDni = (id) =>
  'TRWAGMYFPDXBNJZSQVHLCKE'[Number(id.slice(0, 8)) % 23] === id[8];
const isSpanishNie = (id) =>
  /[XYZ]/.test(id[0]) && isSpanishDni('XYZ'.indexOf(id[0]) + id.slice(1));

const FISCAL_ODD = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11,
  3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

function isItalianFiscalCode(id) {
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const value = parseInt(id[i], 36);
    sum += i % 2 === 0 ? FISCAL_ODD[value] : value < 10 ? value : value - 10;
  }
  return String.fromCharCode(65 + (sum % 26)) === id[15];
}

function isGermanTaxId(id) {
  if (id[0] === '0') return false;
  const seen = new Array(10).fill(0);
  let product = 10;
  for (let i = 0; i < 10; i++) {
    seen[id[i]]++;
    const sum = (Number(id[i]) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (
    seen.every((count) => count <= 3) &&
    seen.filter((count) => count > 1).length === 1 &&
    (11 - product) % 10 === Number(id[10])
  );
}

function isPortugueseNif(id) {
  const rest = weighted(id, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
  return id[0] !== '0' && (rest < 2 ? 0 : 11 - rest) === Number(id[8]);
}

const isBritishNino = (id) =>
  !/^(?:BG|GB|KN|NK|NT|TN|ZZ|[DFIQUV]|.[DFIQUVO])/.test(id) && id[8] <= 'D';

function isDutchBsn(id) {
  const sum = weighted(id, [9, 8, 7, 6, 5, 4, 3, 2, -1]);
  return sum !== 0 && sum % 11 === 0;
}

function isBelgianNumber(id) {
  if (pair(id, 2) > 12 || pair(id, 4) > 31) return false;
  const number = Number(id.slice(0, 9));
  const key = Number(id.slice(9));
  return key === 97 - (number % 97) || key === 97 - ((2000000000 + number) % 97);
}

const isPesel = (id) =>
  isDay(pair(id, 4), pair(id, 2) % 20) &&
  weighted(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
const isSwedishNumber = (id) => {
  const digits = id.slice(-10);
  return isDay(pair(digits, 4) % 60, pair(digits, 2)) && luhnHolds(digits);
};
const isFinnishHetu = (id) =>
  isDay(pair(id, 0), pair(id, 2)) &&
  '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(id.slice(0, 6) + id.slice(-4, -1)) % 31] ===
    id.at(-1);
const isDanishCpr = (id) => isDay(pair(id, 0), pair(id, 2));
const isNorwegianNumber = (id) =>
  isDay(pair(id, 0) % 40, pair(id, 2) % 40) &&
  weighted(id, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
  weighted(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0;
const isSwissAhv = (id) =>
  id.startsWith('756') &&
  weighted(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
const isBrazilianCpf = (id) =>
  !/^(.)\1*$/.test(id) &&
  ((weighted(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10 === Number(id[9]) &&
  ((weighted(id, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10 === Number(id[10]);
const isCzechNumber = (id) =>
  isDay(pair(id, 4), (pair(id, 2) % 50) % 20) && Number(id) % 11 === 0;
const isCanadianSin = (id) => id[0] !== '0' && luhnHolds(id);

// The Verhoeff digit, by the dihedral group of order ten.
function isAadhaar(id) {
  const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
  if (id[0] < '2') return false;
  let check = 0;
  for (let i = 0; i < id.length; i++) {
    let digit = Number(id[id.length - 1 - i]);
    for (let k = 0; k < i % 8; k++) digit = permutation[digit];
    const flips = check >= 5;
    const sum = ((flips ? (check % 5) - (digit % 5) : (check % 5) + (digit % 5)) + 5) % 5;
    check = flips === digit >= 5 ? sum : sum + 5;
  }
  return check === 0;
}

function isTurkishNumber(id) {
  const odd = weighted(id, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
  const even = weighted(id, [0, 1, 0, 1, 0, 1, 0, 1]);
  const tenth = (((odd * 7 - even) % 10) + 10) % 10;
  return (
    id[0] !== '0' &&
    tenth === Number(id[9]) &&
    (odd + even + Number(id[9])) % 10 === Number(id[10])
  );
}

// How an id is spelled: 9 a digit, A a capital, X either, ? a space, dot or dash or
// nothing, _ one of these, and other characters themselves. One of the words must stand
// before it where its shape and its check digits do not tell enough.
const SPELLINGS = [
  ['999-99-9999', isUsSsn],
  ['999?99?9999', isUsSsn, 'ssn social security itin taxpayer'],
  ['9?99?99?9X?999?999?99', isFrenchNir],
  ['99999999?A', isSpanishDni],
  ['99.999.999?A', isSpanishDni],
  ['A?9999999?A', isSpanishNie],
  ['AAA?AAA?99A99?A999A', isItalianFiscalCode],
  ['99 999 999 999', isGermanTaxId],
  [
    '99?999?999?999',
    isGermanTaxId,
    'steuer steuerid idnr steueridentifikationsnummer identifikationsnummer tin tax',
  ],
  ['999?999?999', isPortugueseNif, 'nif contribuinte fiscal'],
  ['AA?99?99?99?A', isBritishNino],
  ['9999.99.999', isDutchBsn],
  ['999?999?999', isDutchBsn, 'bsn burgerservicenummer sofinummer sofi'],
  ['99.99.99-999.99', isBelgianNumber],
  [
    '99?99?99?999?99',
    isBelgianNumber,
    'rijksregister rijksregisternummer national niss insz registre nn',
  ],
  ['99999999999', isPesel, 'pesel'],
  ['999999-9999', isSwedishNumber],
  ['999999+9999', isSwedishNumber],
  ['99999999-9999', isSwedishNumber],
  ['9999999999', isSwedishNumber, 'personnummer samordningsnummer'],
  ['999999999999', isSwedishNumber, 'personnummer samordningsnummer'],
  ['999999-999X', isFinnishHetu],
  ['999999A999X', isFinnishHetu],
  ['999999?9999', isDanishCpr, 'cpr personnummer'],
  ['999999_99999', isNorwegianNumber],
  ['99999999999', isNorwegianNumber, 'fodselsnummer f\x80dselsnummer personnummer fnr'],
  ['999.9999.9999.99', isSwissAhv],
  ['999?9999?9999?99', isSwissAhv],
  ['999.999.999-99', isBrazilianCpf],
  ['999?999?999?99', isBrazilianCpf, 'cpf'],
  ['999999/9999', isCzechNumber],
  ['999-999-999', isCanadianSin],
  ['999?999?999', isCanadianSin, 'sin nas insurance'],
  ['9999?9999?9999', isAadhaar, 'aadhaar aadhar uid uidai'],
  ['99999999999', isTurkishNumber, 'tc kimlik tckn'],
].map(([shape, holds, keywords]) => {
  const parts = {
    9: '[0-9]',
    A: '[A-Z]',
    X: '[0-9A-Z]',
    '?': '[ .-]?',
    _: '[ .-]',
    ' ': ' ',
  };
  const spelled = [...shape].map((c) => parts[c] ?? `\\${c}`).join('');
  return { spelled, holds, keywords: keywords && new Set(keywords.split(' ')) };
});

// No letter or digit is joined to it, nor a mark that leads to one.
const BEFORE = '(?<![A-Za-z0-9_])(?<![0-9][./-])';
const BEHIND = '(?![A-Za-z0-9_])(?![./-][0-9])';
for (const spelling of SPELLINGS) {
  spelling.pattern = new RegExp(spelling.spelled + BEHIND, 'y');
}
// As many digits and capitals follow as the shortest id has.
const MAY_BEGIN = new RegExp(`${BEFORE}(?=[0-9A-Z](?:[^0-9A-Za-z]?[0-9A-Z]){8})`, 'g');

export function findNationalId(text, pos) {
  MAY_BEGIN.lastIndex = pos;
  for (let at = MAY_BEGIN.exec(text); at !== null; at = MAY_BEGIN.exec(text)) {
    const begin = at.index;
    for (const { pattern, holds, keywords } of SPELLINGS) {
      pattern.lastIndex = begin;
      const hit = pattern.exec(text);
      if (hit === null || !holds(hit[0].replace(/[^0-9A-Z]/g, ''))) continue;
      if (keywords !== undefined && !hasKeywordBefore(text, begin, keywords)) continue;
      return { begin, end: begin + hit[0].length };
    }
    MAY_BEGIN.lastIndex = begin + 1;
  }
  return null;
}
