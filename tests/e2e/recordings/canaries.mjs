// The planted secrets: what they look like, on which page they stand and which rule has
// to remove them. Their texts are made from their names, so they are the same in every
// run.

import {createHash} from 'node:crypto';

// A stream of numbers that depends on `seed` only.
function numbers(seed) {
  let block = Buffer.alloc(0);
  let round = 0;
  let at = 0;
  return (below) => {
    if (at + 4 > block.length) {
      block = createHash('sha256').update(`${seed} ${round++}`).digest();
      at = 0;
    }
    at += 4;
    return block.readUInt32LE(at - 4) % below;
  };
}

const LETTERS = 'abcdefghijkmnopqrstuvwxyz';
const MIXED = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
const DIGITS = '0123456789';

function pick(next, alphabet, count) {
  return Array.from({length: count}, () => alphabet[next(alphabet.length)]).join('');
}

function luhnDigit(digits) {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}

function card(next) {
  const digits = '4' + pick(next, DIGITS, 14);
  return (digits + luhnDigit(digits)).replace(/(\d{4})(?=\d)/g, '$1 ');
}

function iban(next) {
  const account = pick(next, '123456789', 18);
  const rest = BigInt(`${account}131400`) % 97n;
  const check = String(98n - rest).padStart(2, '0');
  return `DE${check}${account}`.replace(/(.{4})(?=.)/g, '$1 ');
}

function jwt(next) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [
    part({alg: 'HS256', typ: 'JWT'}), part({sub: pick(next, MIXED, 10)}),
    pick(next, MIXED, 43)
  ].join('.');
}

const SHAPES = {
  // Something a person types: no words, no form that a scan could know.
  word: (next) => pick(next, LETTERS, 1).toUpperCase() + pick(next, MIXED, 11),
  password: (next) =>
      pick(next, MIXED, 6) + pick(next, '!%+$=', 1) + pick(next, MIXED, 7),
  pin: (next) => pick(next, DIGITS, 8),
  number: (next) => pick(next, '123456789', 11),
  card,
  iban,
  jwt,
  email: (next) => `${pick(next, LETTERS, 9)}@${pick(next, LETTERS, 8)}.example`,
  phone: (next) => `+49 151 ${pick(next, '23456789', 4)} ${pick(next, DIGITS, 4)}`,
  awsKey: (next) => `AKIA${pick(next, 'ABCDEFGHJKLMNPQRSTUVWXYZ234567', 16)}`,
  stripeKey: (next) => `sk_live_${pick(next, MIXED, 24)}`,
  githubKey: (next) => `ghp_${pick(next, MIXED, 36)}`,
  hex: (next) => pick(next, '0123456789abcdef', 40),
};

// Kinds:
//   password   a secret of a sensitive field: no policy lets it through
//   card       a card number: no policy lets it through
//   marked     inside an element of class rr-block: no policy lets it through
//   censored   inside an element that the policy censors
//   typed, displayed, hidden, url, style, media, custom
//              what DEFAULT removes and a policy may let through
//   script     what is stripped always
const PAGES = {
  passwords: {
    password: {
      password: [
        'plain',
        'prefilled',
        'toggle',
        'same-task',
        'swap',
        'clone',
        'detach',
        'late',
        'value-attribute',
        'autosize',
        'meter',
        'framework',
        'fake-class',
        'fake-inline',
        'fake-sheet',
        'autocomplete',
        'vocabulary',
        'echo',
        'custom-event',
        'console',
        'query',
        'shadow',
        'frame',
        'hidden-mirror',
        'textarea-mirror',
        'editable-mirror',
        'css-property',
        'css-rule',
        'class-mirror',
        'title-mirror',
        'readded',
        'label-mirror',
        'option-mirror',
        'canvas-mirror',
        'split-typing',
        'paste'
      ],
      pin: ['keypad', 'code-boxes', 'joined-code', 'card-code'],
    },
    card: {card: ['card-number']},
  },
  fields: {
    typed: {
      word: [
        'text', 'search', 'no-type', 'textarea', 'textarea-attribute', 'textarea-child',
        'textarea-change', 'editable', 'editable-paragraph', 'role-textbox', 'output',
        'frame-text', 'shadow-text', 'form-owner', 'select-typed', 'text-then-cleared',
        'masked-class', 'ignored-class', 'selection'
      ],
      email: ['email'],
      phone: ['tel'],
      number: ['number'],
    },
    hidden: {
      word: [
        'hidden-input', 'checkbox-value', 'radio-value', 'submit-value', 'button-value',
        'option-text', 'option-value', 'optgroup-label', 'datalist-value',
        'datalist-label', 'input-default', 'range-list', 'late-hidden'
      ],
    },
  },
  displayed: {
    card: {card: ['shown-card', 'title-card', 'svg-card']},
    displayed: {
      iban: ['shown-iban'],
      email: [
        'shown-email', 'title-email', 'class-email', 'id-email', 'late-email', 'svg-email'
      ],
      phone: ['shown-phone'],
      jwt: ['shown-jwt'],
      awsKey: ['shown-aws'],
      stripeKey: ['shown-stripe'],
      githubKey: ['shown-github'],
      word: [
        'placeholder', 'title-attribute', 'alt', 'aria-label', 'data-attribute',
        'pattern', 'name-attribute', 'summary-attribute', 'late-attribute',
        'content-meta', 'csrf-meta', 'comment', 'late-comment', 'noscript',
        'custom-element-attribute'
      ],
    },
    url: {
      hex: ['path-token'],
      word: [
        'page-query', 'page-hash', 'link-query', 'image-query', 'srcset-query',
        'form-action', 'canonical', 'link-user-info', 'javascript-link', 'late-link',
        'ping'
      ],
    },
    style: {
      word: [
        'css-content', 'css-custom-property', 'css-url', 'css-attribute-selector',
        'css-import', 'inline-style', 'css-inserted', 'css-set-property', 'css-adopted',
        'css-replaced', 'css-image-set', 'css-escaped', 'css-font-source'
      ],
    },
    media: {word: ['canvas-text', 'data-url', 'blob-text', 'font-name', 'svg-data-url']},
    custom: {word: ['event-payload', 'event-tag-key', 'console-line', 'console-object']},
    script: {word: ['handler', 'source-document', 'javascript-url']},
  },
  blocked: {
    marked: {
      word: [
        'rr-block-text', 'rr-block-typed', 'rr-block-late', 'rr-block-flip',
        'rr-block-shadow', 'rr-block-frame', 'rr-block-cross-frame', 'rr-block-moved',
        'rr-block-image'
      ],
    },
    censored: {
      word: [
        'by-id',
        'by-class',
        'by-selector',
        'by-attribute',
        'by-descendant',
        'typed-in',
        'late-child',
        'flipped',
        'flipped-attribute',
        'moved-in',
        'moved-out',
        'in-shadow',
        'in-closed-looking-shadow',
        'in-frame',
        'in-cross-frame',
        'in-source-document',
        'removed-and-back',
        'link-in',
        'svg-in',
        'style-in',
        'text-change',
        'attribute-change',
        'own-attribute'
      ],
    },
    typed: {word: ['cross-frame-typed']},
  },
};

// All planted secrets: {id, page, kind, text}.
export const canaries = Object.entries(PAGES).flatMap(
    ([page, kinds]) => Object.entries(kinds).flatMap(
        ([kind, shapes]) => Object.entries(shapes).flatMap(
            ([shape, ids]) => ids.map((id) => ({
                                        id,
                                        page,
                                        kind,
                                        text: SHAPES[shape](numbers(`${page}/${id}`)),
                                      })))));

export const pages = Object.keys(PAGES);

export function canariesOf(page) {
  return canaries.filter((canary) => canary.page === page);
}

// The texts of a page's secrets by id.
export function textsOf(page) {
  return Object.fromEntries(canariesOf(page).map(({id, text}) => [id, text]));
}
