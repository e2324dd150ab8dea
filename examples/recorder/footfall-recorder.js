// Footfall recorder: a dependency-free capture snippet for web pages.
//
// It turns what a person does on a page into Footfall events (type `click`, `page_view`,
// `input`, `keystroke`, `submit`, `select`, `track` for errors of scripts, and on request
// `content`, `track`, `identify`, `alias`) and hands them to the host in batches. Without
// the option `filter` the events are raw: they hold what was typed. The process that
// embeds Footfall filters them before anything is stored or forwarded, so `send` must
// only ever talk to that process.
//
//   footfallRecorder.start({ send: (events) => ..., app: 'crm', person: 'ana@example.com'
//   });
(function(root) {
'use strict';

const MAX_TEXT = 200;
const MAX_ERRORS = 20;  // Of one page.
const MAX_ERROR_TEXT = 500;
const INTERACTIVE =
    'a[href],button,input,select,textarea,option,label,summary,[role=button],[role=tab],' +
    '[role=menuitem],[role=option],[role=checkbox],[role=radio],[role=switch],[contenteditable]';

let settings = null;
let queue = [];
let timer = 0;
let seq = 0;
let stops = [];
let errorsSeen;  // Of the page that is open.

// Storage can be switched off by the browser; the recorder then lives with what it has in
// memory.
function remember(area, key, value) {
  try {
    if (value === undefined) return root[area].getItem(key);
    root[area].setItem(key, value);
  } catch (error) {
    return null;
  }
  return value;
}

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// The sequence number outlives page loads, so that a session's events keep their order
// even when two of them share a millisecond.
function nextSeq() {
  seq = Math.max(seq, Number(remember('sessionStorage', 'footfall.seq')) || 0) + 1;
  remember('sessionStorage', 'footfall.seq', String(seq));
  return seq;
}

function browserContext() {
  const agent = navigator.userAgent;
  const browsers = [
    ['Edge', /Edg\/(\d+)/], ['Opera', /OPR\/(\d+)/], ['Firefox', /Firefox\/(\d+)/],
    ['Chrome', /Chrom(?:e|ium)\/(\d+)/], ['Safari', /Version\/(\d+).*Safari/]
  ];
  const systems = [
    ['Android', /Android/], ['iOS', /iPhone|iPad/], ['Windows', /Windows/],
    ['macOS', /Mac OS X/], ['Linux', /Linux/]
  ];
  const browser = browsers.find((entry) => entry[1].test(agent));
  const system = systems.find((entry) => entry[1].test(agent));
  return {
    browser: browser ? browser[0] : '',
    browser_version: browser ? browser[1].exec(agent)[1] : '',
    os: system ? system[0] : '',
    https: location.protocol === 'https:',
  };
}

function className(element) {
  const value = element.getAttribute('class');
  return value ? value.trim().replace(/\s+/g, ' ') : '';
}

function identity(element) {
  const result = {tag: element.localName};
  const id = element.getAttribute('id');
  if (id) result.id = id;
  const classes = className(element);
  if (classes) result.class = classes;
  return result;
}

// Ancestors, outermost first, out of shadow roots into the documents that hold them.
function pathOf(element) {
  const path = [];
  for (let node = element.parentNode || element.host; node;
       node = node.parentNode || node.host) {
    if (node.nodeType === Node.ELEMENT_NODE) path.unshift(identity(node));
  }
  return path;
}

function shorten(text) {
  return (text || '').replace(/\s+/g, ' ').trim().slice(0, MAX_TEXT);
}

// Containers are described by their own words only: the text of a whole panel says
// nothing about what was clicked and may be long.
function textOf(element) {
  if (element.matches('input,select,textarea,form')) return '';
  if (element.matches(INTERACTIVE))
    return shorten(element.innerText || element.textContent);
  const own =
      Array.from(element.childNodes).filter((node) => node.nodeType === Node.TEXT_NODE);
  return shorten(own.map((node) => node.data).join(' '));
}

function labelOf(element) {
  const aria = element.getAttribute('aria-label');
  if (aria) return shorten(aria);
  const label = element.labels && element.labels[0];
  if (label) return shorten(label.textContent);
  return shorten(element.getAttribute('placeholder') || element.getAttribute('title'));
}

function valueOf(element) {
  if (element.isContentEditable) return element.textContent;
  if (element.tagName === 'SELECT') {
    return Array.from(element.selectedOptions, (option) => option.value).join(',');
  }
  return typeof element.value === 'string' ? element.value : '';
}

function describe(element) {
  const result = identity(element);
  const fields = {
    type: element.isContentEditable ? 'contenteditable' : element.getAttribute('type'),
    name: element.getAttribute('name'),
    text: element.isContentEditable ? '' : textOf(element),
    label: labelOf(element),
    value: valueOf(element),
    autocomplete: element.getAttribute('autocomplete'),
  };
  for (const key of Object.keys(fields))
    if (fields[key]) result[key] = fields[key];
  result.path = pathOf(element);
  return result;
}

function emit(type, fields) {
  if (!settings) return;
  const event =
      {id: randomId(), time: Math.round(settings.now()), seq: nextSeq(), type: type};
  for (const key of ['person', 'anonymous', 'session', 'app', 'environment']) {
    if (settings[key]) event[key] = settings[key];
  }
  event.url = location.href;
  event.title = document.title;
  event.context = Object.assign(browserContext(), settings.context);
  queue.push(Object.assign(event, fields));
  if (queue.length >= settings.batchSize)
    flush();
  else if (!timer)
    timer = setTimeout(flush, settings.flushAfter);
}

function parseLines(text) {
  return text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

// Hands on what passes `filter`; all of it where there is none. When the filter fails,
// this throws and nothing is handed on.
function pass(filter, items, send) {
  const passed = filter ?
      parseLines(filter.write(items.map((item) => JSON.stringify(item) + '\n').join(''))) :
      items;
  if (passed.length) send(passed);
}

// Hands on what `filter` held back. It lets nothing through afterwards.
function finish(filter, send) {
  const rest = filter ? parseLines(filter.finish()) : [];
  if (rest.length) send(rest);
}

function flush() {
  clearTimeout(timer);
  timer = 0;
  if (!queue.length) return;
  const batch = queue;
  queue = [];
  pass(settings.filter, batch, settings.send);
}

// A page that the browser keeps may come back and go on.
function onPageHide(event) {
  flush();
  if (!event.persisted) finish(settings.filter, settings.send);
}

function targetOf(event) {
  const target = event.composedPath()[0];
  return target && target.nodeType === Node.ELEMENT_NODE ? target : null;
}

function listen(target, name, handler) {
  target.addEventListener(name, handler, true);
  stops.push(() => target.removeEventListener(name, handler, true));
}

function onClick(event) {
  const target = targetOf(event);
  if (!target) return;
  emit('click', {element: describe(target.closest(INTERACTIVE) || target)});
}

function onInput(event) {
  const target = targetOf(event);
  if (!target || target.matches('select,[type=checkbox],[type=radio],[type=file]'))
    return;
  emit('input', {value: valueOf(target), element: describe(target)});
}

// `select` is a choice among given values, or a piece of text marked inside a field.
function onChange(event) {
  const target = targetOf(event);
  if (!target || !target.matches('select,[type=checkbox],[type=radio]')) return;
  emit('select', {value: valueOf(target), element: describe(target)});
}

function onSelect(event) {
  const target = targetOf(event);
  if (!target || typeof target.value !== 'string') return;
  const marked = target.value.slice(target.selectionStart, target.selectionEnd);
  if (marked) emit('select', {value: marked, element: describe(target)});
}

function onKey(event) {
  const target = targetOf(event);
  if (target) emit('keystroke', {key: event.key, element: describe(target)});
}

function onSubmit(event) {
  const target = targetOf(event);
  if (target) emit('submit', {element: describe(target)});
}

// An address without what follows the path, where hosts put tokens and searches.
function scriptAddress(text) {
  try {
    const url = new URL(text, location.href);
    return /^https?:$/.test(url.protocol) ? url.origin + url.pathname : url.protocol;
  } catch (error) {
    return '';
  }
}

// An error is reported once a page, and a page reports few of them: a script that fails
// over and over says nothing new.
function emitError(message, source, line, column) {
  const properties = {
    message: (message || '')
                 .replace(/\b(https?:\/\/[^\s?#"'<>)]*)[?#][^\s"'<>)]*/g, '$1')
                 .slice(0, MAX_ERROR_TEXT),
    source: source ? scriptAddress(source).slice(0, MAX_ERROR_TEXT) : '',
    line: line || 0,
    column: column || 0,
  };
  for (const key of Object.keys(properties))
    if (!properties[key]) delete properties[key];
  const key = JSON.stringify(properties);
  if (!properties.message || errorsSeen.has(key) || errorsSeen.size >= MAX_ERRORS) return;
  errorsSeen.add(key);
  emit('track', {name: 'script_error', properties: properties});
}

// Images and scripts that cannot be loaded come here too, without a message.
function onError(event) {
  emitError(event.message, event.filename, event.lineno, event.colno);
}

function describeReason(reason) {
  try {
    if (reason && reason.message) return `${reason.name || 'Error'}: ${reason.message}`;
    return String(reason);
  } catch (error) {
    return typeof reason;
  }
}

// Where a promise was rejected is known when the reason is an error, which has a stack.
function onRejection(event) {
  const stack =
      event.reason && typeof event.reason.stack === 'string' ? event.reason.stack : '';
  const frame = /((?:https?|file|blob):[^\s()]+):(\d+):(\d+)/.exec(stack) || [];
  emitError(
      'Unhandled rejection: ' + describeReason(event.reason), frame[1], Number(frame[2]),
      Number(frame[3]));
}

function changePage() {
  errorsSeen = new Set();
  emit('page_view', {});
}

// Single-page applications change the address without loading a page.
function watchHistory() {
  const push = history.pushState;
  history.pushState = function() {
    const before = location.href;
    const result = push.apply(history, arguments);
    if (location.href !== before) changePage();
    return result;
  };
  stops.push(() => {
    history.pushState = push;
  });
  listen(root, 'popstate', changePage);
}

function recordDom() {
  if (!settings.record || !root.rrweb || !settings.sendRecording) return;
  const options = typeof settings.record === 'object' ? settings.record : {};
  let frames = [];
  const send = () => {
    if (frames.length)
      pass(settings.recordingFilter, frames.splice(0), settings.sendRecording);
  };
  const every = setInterval(send, settings.flushAfter);
  const stopRecording = root.rrweb.record(
      Object.assign({}, options, {emit: (frame) => frames.push(frame)}));
  const end = () => {
    send();
    finish(settings.recordingFilter, settings.sendRecording);
  };
  listen(root, 'pagehide', (event) => event.persisted ? send() : end());
  stops.push(() => {
    stopRecording();
    clearInterval(every);
    end();
  });
}

// Starts recording this page.
//
//   send(events)            required; called with an array of at most `batchSize` events
//   person, anonymous       who it is; without both an anonymous id is made and kept
//   session                 the host's session id; without one Footfall forms sessions
//   app, environment        where it happens
//   context                 country, region, city, or anything else to add to the context
//   errors                  false: errors of scripts are not reported
//   batchSize, flushAfter   events per batch (50), milliseconds until a smaller one is
//                           sent (2000)
//   now()                   the clock, milliseconds since 1970 UTC (Date.now)
//   filter                  what events pass before `send`: a filter of footfall-filter
//   record                  true or options for rrweb.record, where window.rrweb is loaded
//   sendRecording(frames)   where rrweb's events go
//   recordingFilter         the same for them, of format "rrweb"
function start(options) {
  if (settings) throw new Error('footfallRecorder is already started');
  if (typeof options.send !== 'function')
    throw new Error('footfallRecorder needs send(events)');
  settings = Object.assign({batchSize: 50, flushAfter: 2000, now: Date.now}, options);
  errorsSeen = new Set();
  if (!settings.person && !settings.anonymous) {
    const kept = remember('localStorage', 'footfall.anonymous') || randomId();
    settings.anonymous = kept;
    remember('localStorage', 'footfall.anonymous', kept);
  }
  listen(document, 'click', onClick);
  listen(document, 'input', onInput);
  listen(document, 'change', onChange);
  listen(document, 'select', onSelect);
  listen(document, 'keydown', onKey);
  listen(document, 'submit', onSubmit);
  if (settings.errors !== false) {
    listen(root, 'error', onError);
    listen(root, 'unhandledrejection', onRejection);
  }
  listen(root, 'pagehide', onPageHide);
  listen(document, 'visibilitychange', () => {
    if (document.visibilityState === 'hidden') flush();
  });
  watchHistory();
  // The title is known once the document has been parsed.
  const opened = () => {
    emit('page_view', {});
    recordDom();
  };
  if (document.readyState === 'loading')
    listen(document, 'DOMContentLoaded', opened);
  else
    opened();
}

function stop() {
  if (!settings) return;
  stops.splice(0).forEach((undo) => undo());
  flush();
  finish(settings.filter, settings.send);
  settings = null;
}

root.footfallRecorder = {
  start: start,
  stop: stop,
  flush: flush,

  // Names the person from here on. With an anonymous id known, this links the two.
  identify: function(person, properties) {
    settings.person = person;
    emit('identify', {properties: properties || {}});
  },

  // Links the anonymous id used so far to `person` and goes on as that person.
  alias: function(person) {
    settings.person = person;
    emit('alias', {});
  },

  // Reports the host's own guidance content, e.g. content('task.completed', {content_id:
  // 't1'}).
  content: function(name, properties) {
    emit('content', {name: name, properties: properties || {}});
  },

  // Reports a custom event.
  track: function(name, properties) {
    emit('track', {name: name, properties: properties || {}});
  },
};
})(window);
