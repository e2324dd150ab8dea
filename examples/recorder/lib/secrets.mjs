// What the script types. Every secret is a string that no page contains by itself, so
// that finding it in an output proves a leak.

const SYLLABLES = [
  'zor', 'vex', 'quil', 'jaf', 'kyx', 'wub', 'plon', 'grif', 'tazz', 'mov', 'drub',
  'fenk', 'yoth', 'hask', 'bluz', 'nurv'
];

const CARDS = [['4', 16, 4], ['51', 16, 4], ['55', 16, 4], ['4', 16, 4]];

export class Secrets {
  constructor(random) {
    this.random = random;
    this.kinds =
        {passwords: [], one_time_codes: [], cards: [], values: [], properties: []};
  }

  // Notes that `text` has been put where it must not come out again.
  note(kind, ...texts) {
    for (const text of texts) {
      if (!this.kinds[kind].includes(text)) this.kinds[kind].push(text);
    }
    return texts[0];
  }

  word(syllables = 3) {
    let word = '';
    for (let i = 0; i < syllables; i++) word += this.random.pick(SYLLABLES);
    return word;
  }

  digits(count) {
    let digits = String(this.random.between(1, 9));
    while (digits.length < count) digits += this.random.below(10);
    return digits;
  }

  // A distinctive token such as "zorquilvex482".
  token() {
    return this.word() + this.digits(3);
  }

  tokensIn(text) {
    return text.match(/[a-z]{6,}\d{3}/g) || [];
  }

  password() {
    const word = this.word(2);
    const mark = this.random.pick(['!', '#', '%', '&', '+', '=', '$']);
    return word[0].toUpperCase() + word.slice(1) + mark + this.digits(4) + this.word(1);
  }

  email() {
    return `${this.token()}@${this.word(2)}.example`;
  }

  phone() {
    return `+33 6 ${this.digits(2)} ${this.digits(2)} ${this.digits(2)} ${
        this.digits(2)}`;
  }

  // A number that passes the Luhn check, grouped the way people type it.
  card(separator) {
    const [prefix, length, group] = this.random.pick(CARDS);
    let digits = prefix;
    while (digits.length < length - 1) digits += this.random.below(10);
    let sum = 0;
    for (let i = 0; i < digits.length; i++) {
      const digit = Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 2 : 1);
      sum += digit > 9 ? digit - 9 : digit;
    }
    digits += (10 - (sum % 10)) % 10;
    const typed = digits.match(new RegExp(`.{1,${group}}`, 'g')).join(separator);
    return this.note('cards', typed, digits);
  }
}

// Fails unless every secret really stands in the raw events: a secret that was never
// captured proves nothing about the filter.
export function assertCaptured(kinds, events) {
  const all = events.map((event) => JSON.stringify(event)).join('\n');
  const missing = [];
  for (const kind of ['passwords', 'values', 'properties']) {
    for (const secret of kinds[kind]) {
      if (!all.includes(JSON.stringify(secret).slice(1, -1)))
        missing.push(`${kind}: ${secret}`);
    }
  }
  for (const card of kinds.cards) {
    if (!all.replace(/[ -]/g, '').includes(card.replace(/[ -]/g, '')))
      missing.push(`cards: ${card}`);
  }
  // One box holds one digit, so a code is the boxes' last values read in order.
  const boxes = new Map();
  for (const event of events) {
    if (event.type !== 'input' || event.element.class !== 'otp-input') continue;
    boxes.set(event.session, (boxes.get(event.session) || '') + event.value);
  }
  const codes = [...boxes.values()].join(' ');
  for (const code of kinds.one_time_codes) {
    if (!codes.includes(code)) missing.push(`one_time_codes: ${code}`);
  }
  const count = Object.values(kinds).reduce((sum, list) => sum + list.length, 0);
  if (missing.length) throw new Error(`not in the raw events: ${missing.join(', ')}`);
  return count;
}
