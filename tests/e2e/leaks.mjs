// Finds a secret in bytes under any of the disguises it may have got on its way.

function percent(text) {
  return [...Buffer.from(text)]
      .map((byte) => '%' + byte.toString(16).padStart(2, '0'))
      .join('');
}

function escaped(text) {
  return [...text]
      .map((c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'))
      .join('');
}

function entities(text, radix) {
  const mark = radix === 16 ? '&#x' : '&#';
  return [...text].map((c) => `${mark}${c.charCodeAt(0).toString(radix)};`).join('');
}

// The part of a base64 text that does not depend on what stands before and after the
// secret.
function base64(text, shift) {
  const encoded =
      Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString('base64');
  const skip = Math.ceil((shift * 8) / 6);
  const whole = Math.floor(((shift + Buffer.byteLength(text)) * 8) / 6);
  return encoded.slice(skip, whole);
}

// All forms of `secret` by name. Forms in lower case are searched in lower-cased output.
export function disguises(secret) {
  const forms = {
    utf8: secret,
    json: JSON.stringify(secret).slice(1, -1),
    'utf-16': Buffer.from(secret, 'utf16le').toString('latin1'),
    'uri component': encodeURIComponent(secret),
    'form encoded': new URLSearchParams({q: secret}).toString().slice(2),
    reversed: [...secret].reverse().join(''),
    'html named':
        secret.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;'),
    'without separators': secret.replace(/[\s-]/g, ''),
  };
  for (const shift of [0, 1, 2]) {
    forms[`base64 at ${shift}`] = base64(secret, shift);
    forms[`base64url at ${shift}`] =
        base64(secret, shift).replace(/\+/g, '-').replace(/\//g, '_');
  }
  const folded = {
    'case-folded': secret.toLowerCase(),
    percent: percent(secret).toLowerCase(),
    hex: Buffer.from(secret).toString('hex'),
    '\\u escapes': escaped(secret).toLowerCase(),
    'decimal entities': entities(secret, 10),
    'hexadecimal entities': entities(secret, 16).toLowerCase(),
  };
  return {forms, folded};
}

// Names every secret that stands in `bytes` (a Buffer), as "kind: secret (form)".
export function findLeaks(kinds, bytes) {
  const text = bytes.toString('latin1');
  const lower = text.toLowerCase();
  const leaks = [];
  for (const kind of ['passwords', 'cards', 'values', 'properties']) {
    for (const secret of kinds[kind]) {
      const {forms, folded} = disguises(secret);
      for (const [name, form] of Object.entries(forms)) {
        if (text.includes(form)) leaks.push(`${kind}: ${secret} (${name})`);
      }
      for (const [name, form] of Object.entries(folded)) {
        if (lower.includes(form)) leaks.push(`${kind}: ${secret} (${name})`);
      }
    }
  }
  return leaks;
}

// Secrets that only show when the events of a session are read one after the other:
// single key strokes and one-digit boxes.
export function findSpelledOut(kinds, events) {
  const spelled = new Map();
  for (const event of events) {
    for (const part of [event.key, event.value, event.element && event.element.value]) {
      if (typeof part !== 'string' || part.length === 0) continue;
      const field = part === event.key ? 'key' : 'value';
      const place = `${event.session} ${field}`;
      spelled.set(place, (spelled.get(place) || '') + part);
    }
  }
  const leaks = [];
  for (const [place, text] of spelled) {
    for (const kind of ['passwords', 'one_time_codes', 'cards', 'values']) {
      for (const secret of kinds[kind]) {
        if (text.includes(secret))
          leaks.push(`${kind}: ${secret} (spelled out in ${place})`);
      }
    }
  }
  return leaks;
}
