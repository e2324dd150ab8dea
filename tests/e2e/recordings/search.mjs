// Finds planted secrets in a recording, whatever form they are in.

import {disguises} from '../leaks.mjs';

const SEPARATORS = /[\s\-_.,/]+/g;

function utf16be(text) {
  return Buffer.from(text, 'utf16le').swap16().toString('latin1');
}

// All forms of `secret` as [name, form, which text to look in].
function formsOf(secret) {
  const {forms, folded} = disguises(secret);
  return [
    ...Object.entries(forms).map(([name, form]) => [name, form, 'bytes']),
    ['utf-16 big endian', utf16be(secret), 'bytes'],
    ...Object.entries(folded).map(([name, form]) => [name, form, 'lower']),
    ['separators removed', secret.replace(SEPARATORS, ''), 'joined'],
    ['reversed, folded', [...secret].reverse().join('').toLowerCase(), 'lower'],
  ];
}

// The pieces of a secret that would tell most of it: `size` characters in a row.
function windows(secret, size) {
  const pieces = [];
  for (let i = 0; i + size <= secret.length; ++i) pieces.push(secret.slice(i, i + size));
  return pieces;
}

// Calls `visit(path, text)` for each string of a JSON value, keys included.
function eachString(value, visit, path = '$') {
  if (typeof value === 'string') {
    visit(path, value);
  } else if (Array.isArray(value)) {
    value.forEach((item, i) => eachString(item, visit, `${path}[${i}]`));
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) {
      visit(`${path} key`, key);
      eachString(item, visit, `${path}.${key}`);
    }
  }
}

// What the strings of one node, or of one-character fields, say when they are read one
// event after the other: a map from the place to the joined text.
function spelledOut(events) {
  const places = new Map();
  const put = (place, text) => {
    if (typeof text === 'string') places.set(place, (places.get(place) ?? '') + text);
  };
  const walk = (node, parent) => {
    if (typeof node.textContent === 'string') {
      put(`text ${node.id}`, node.textContent);
      put(`text in ${parent}`, node.textContent);
    }
    for (const [name, value] of Object.entries(node.attributes ?? {})) {
      put(`attribute ${name} of ${node.id}`, value);
    }
    for (const child of node.childNodes ?? []) walk(child, node.id);
  };
  for (const {type, data} of events) {
    if (type === 2) walk(data.node, 0);
    if (type !== 3) continue;
    if (data.source === 0) {
      for (const add of data.adds ?? []) walk(add.node, add.parentId);
      for (const text of data.texts ?? []) put(`text ${text.id}`, text.value);
      for (const change of data.attributes ?? []) {
        for (const [name, value] of Object.entries(change.attributes)) {
          put(`attribute ${name} of ${change.id}`, value);
        }
      }
    }
    if (data.source === 5) {
      put(`value of ${data.id}`, data.text);
      if (data.text?.length === 1) put('one-character values', data.text);
    }
  }
  return places;
}

// Where in the events `form` stands, for the report.
function placesOf(events, form, space) {
  const places = [];
  events.forEach((event, i) => {
    eachString(event, (path, text) => {
      const joined = space === 'joined' ? text.replace(SEPARATORS, '') :
          space === 'lower'             ? text.toLowerCase() :
                                          text;
      if (joined.includes(form) || JSON.stringify(joined).includes(form)) {
        places.push(
            `event ${i} (type ${event.type}, source ${event.data?.source}) ${path}`);
      }
    });
  });
  return places.length > 4 ? [...places.slice(0, 4), `${places.length - 4} more`] :
                             places;
}

// `lines` is the recording, one JSON event each. Answers what is found of `canaries`, as
// {id, form, places}, one for each secret and form. Of the secrets for which `pieces` is
// true, six characters in a row count too.
export function findCanaries(canaries, lines, {pieces = () => false} = {}) {
  const events = lines.map((line) => JSON.parse(line));
  // The recording as it is, and all its strings without JSON's escapes.
  const strings = [];
  eachString(events, (path, text) => strings.push(text));
  const bytes = Buffer.from([...lines, ...strings].join('\n')).toString('latin1');
  const texts = {
    bytes,
    lower: bytes.toLowerCase(),
    joined: bytes.replace(SEPARATORS, ''),
  };
  const spelled = [...spelledOut(events)];
  const found = [];
  for (const canary of canaries) {
    const {id, text} = canary;
    for (const [form, value, space] of formsOf(text)) {
      if (texts[space].includes(value)) {
        found.push({id, form, places: placesOf(events, value, space)});
      }
    }
    for (const [place, joined] of spelled) {
      if (joined.includes(text)) found.push({id, form: 'spelled out', places: [place]});
    }
    for (const piece of pieces(canary) ? windows(text, 6) : []) {
      if (bytes.includes(piece)) {
        found.push(
            {id, form: `piece ${piece}`, places: placesOf(events, piece, 'bytes')});
      }
    }
  }
  return found;
}
