// Filters interaction events: drops those of sensitive fields, masks values and whatever
// looks like a secret, and hides what was typed wherever else it shows.
import { MASK, isLonger, memoize } from './chars.mjs';
import { isButtonType, tagOf } from './elements.mjs';
import {
  isEditable,
  isKeypadKey,
  isMarked,
  isMarkedAround,
  isSensitive,
} from './interaction_elements.mjs';
import { isInteraction, isTyping, readEvent } from './interaction_events.mjs';
import { hasCard } from './scan.mjs';
import { Needles, cleanText } from './texts.mjs';
import { filterUrl, pageOf } from './urls.mjs';
import { isSecretName } from './words.mjs';

const NAVIGATION_KEYS = new Set([
  'Tab',
  'Enter',
  'Escape',
  'ArrowUp',
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
  'PageUp',
  'PageDown',
]);
const NAMES = ['tag', 'id', 'class', 'type', 'name', 'autocomplete'];
const TEXT_BYTES = 200;
const RUNS = 65536;
const SECRETS = 8;
const SECRET_LENGTH = 256;

const isSecretKey = memoize((key) => cleanText(key) !== key || isSecretName(key));

// A number that is a payment card in disguise.
const isCardNumber = (number) =>
  Number.isInteger(number) &&
  Math.abs(number) >= 1e12 &&
  Math.abs(number) < 1e19 &&
  hasCard(BigInt(Math.abs(number)).toString());

function cleanNested(value) {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'number') return isCardNumber(value) ? MASK : value;
  if (value === null || typeof value !== 'object') return value;
  for (const key of Object.keys(value)) {
    if (!Array.isArray(value) && isSecretKey(key)) delete value[key];
    else value[key] = cleanNested(value[key]);
  }
  return value;
}

// Whether a number, or a string or number inside of something, repeats a needle.
function valueRepeats(value, needles) {
  if (typeof value === 'number') {
    return needles.repeats(String(value)) || needles.repeats(String(Math.abs(value)));
  }
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(
    ([key, inner]) =>
      (!Array.isArray(value) && needles.repeats(key)) ||
      (typeof inner === 'string' ? needles.repeats(inner) : valueRepeats(inner, needles)),
  );
}

export class InteractionFilter {
  constructor() {
    this.secrets = new Map(); // What was typed into sensitive fields, by session.
    this.fields = new Set(); // That were ever sensitive.
    this.links = new Map(); // Two identities that a field was seen with at once.
    this.runs = new Map(); // The field that a session is typing into.
    this.url = undefined; // Of the latest page.
    this.page = '';
  }

  // The event with what may leave of it, in place; null when it is dropped.
  filter(event) {
    if (!readEvent(event)) return null;
    const session = event.session ?? `\n${event.person ?? `\n${event.anonymous}`}`;
    const subject = event.element === undefined ? {} : this.examine(event, session);
    const interaction = isInteraction(event.type);
    const typing = isTyping(event.type);
    let run = this.runs.size > 0 ? this.runs.get(session) : undefined;
    // Whatever is no typing into the same field ends the run, even if it is dropped
    // below.
    if (run !== undefined && !(typing && run.field === subject.field)) {
      this.runs.delete(session);
      run = undefined;
    }
    if (interaction && subject.sensitive) {
      if (typing && run === undefined) this.startRun(session, subject.field);
      return null;
    }
    if (subject.ignored && (typing || event.type === 'select')) return null;
    if (
      event.type === 'keystroke' &&
      (subject.takesKeys || !NAVIGATION_KEYS.has(event.key))
    )
      return null;
    // A further input event on the field that the session is typing into adds nothing.
    const startsRun =
      event.type === 'input' && event.element !== undefined && !subject.censored;
    if (startsRun && run !== undefined) return null;
    this.clean(event, subject, session, interaction);
    if (startsRun) this.startRun(session, subject.field);
    return event;
  }

  startRun(session, field) {
    this.runs.set(session, { field });
    if (this.runs.size > RUNS) this.runs.delete(this.runs.keys().next().value);
  }

  // Finds out whether the element is sensitive, and remembers that and what it holds.
  examine(event, session) {
    const { element } = event;
    const tag = tagOf(element.tag ?? '');
    const button = tag.input && element.type !== undefined && isButtonType(element.type);
    const editable = tag.text || isEditable(element.type);
    const subject = {
      sensitive: isSensitive(event, element, tag, button),
      takesText: event.type === 'input' || (tag.input ? !button : editable),
      takesKeys: tag.input || editable || tag.frame,
      censored: isMarkedAround(element, 'rr-block'),
      masked: isMarkedAround(element, 'rr-mask'),
      ignored: isMarked(element.class, 'rr-ignore') && isInteraction(event.type),
      field: undefined,
    };
    const keypad = event.type !== 'submit' && isKeypadKey(element);
    const linked = element.id !== undefined && element.name !== undefined;
    if (subject.sensitive || linked || isTyping(event.type) || this.fields.size > 0) {
      this.identify(event, session, subject);
    }
    if (keypad) {
      subject.sensitive = true;
    } else if (subject.sensitive) {
      this.remember(session, event.value);
      this.remember(session, element.value);
    }
    return subject;
  }

  // The field's identity, and whether it was ever sensitive: under its id, its name, or
  // one that it once had beside them.
  identify(event, session, subject) {
    const { id, name, path = [] } = event.element;
    if (event.url !== this.url) {
      this.url = event.url;
      this.page = pageOf(event.url ?? '');
    }
    const page = `${session}\n${this.page}\n`;
    const byName = name === undefined ? undefined : `${page}name ${name}`;
    if (id !== undefined) subject.field = `${page}id ${id}`;
    // A field that is seen without its id is the one whose id was seen with its name.
    else
      subject.field =
        this.links.get(byName) ??
        `${byName}\n${path.map((entry) => `${entry.tag} ${entry.id}`).join('\n')}`;
    if (id !== undefined && byName !== undefined) this.link(subject.field, byName);
    const keys = [subject.field, byName, this.links.get(subject.field)];
    if (keys.some((key) => key !== undefined && this.fields.has(key)))
      subject.sensitive = true;
    if (!subject.sensitive) return;
    for (const key of keys) if (key !== undefined) this.fields.add(key);
  }

  link(one, other) {
    if (this.links.size >= 2 * RUNS) this.links.clear();
    this.links.set(one, other).set(other, one);
  }

  // A secret that continues one typed before takes its place.
  remember(session, value) {
    if (value === undefined || [...value].length < 4) return;
    const secret = value.slice(0, SECRET_LENGTH);
    let secrets = this.secrets.get(session);
    if (secrets === undefined) this.secrets.set(session, (secrets = []));
    if (secrets.some((known) => known.startsWith(secret))) return;
    const place = secrets.findLastIndex((known) => secret.startsWith(known));
    if (place >= 0) secrets[place] = secret;
    else if (secrets.push(secret) > SECRETS) secrets.shift();
    if (this.secrets.size > 4096) this.secrets.delete(this.secrets.keys().next().value);
  }

  // The texts that must not show in this event; null when there are none.
  needlesOf(event, subject, session) {
    const secrets = this.secrets.size > 0 ? this.secrets.get(session) : undefined;
    const typed = subject.takesText || event.type === 'input' || event.type === 'select';
    const values = typed
      ? [event.value, event.element?.value].filter(
          (value) => value !== undefined && value !== '' && value !== MASK,
        )
      : [];
    if (secrets === undefined && values.length === 0) return null;
    const needles = new Needles();
    for (const secret of secrets ?? []) needles.add(secret, true);
    for (const value of values) needles.add(value, false);
    return needles.entries.length > 0 ? needles : null;
  }

  clean(event, subject, session, interaction) {
    const needles = this.needlesOf(event, subject, session);
    const text = needles === null ? cleanText : (value) => needles.clean(value);
    if (event.url !== undefined) {
      event.url = needles === null ? filterUrl(event.url) : needles.cleanUrl(event.url);
    }
    if (event.key !== undefined && (event.type !== 'keystroke' || subject.censored)) {
      event.key = undefined;
    }
    if (subject.censored || (!interaction && subject.sensitive)) {
      event.element = event.value = undefined;
      if (interaction) {
        event.name = event.title = event.properties = event.context = undefined;
        return;
      }
    }
    if (event.name !== undefined) event.name = text(event.name);
    if (event.title !== undefined) event.title = text(event.title);
    if (event.key !== undefined) event.key = text(event.key);
    if (event.value !== undefined) event.value = MASK;
    if (event.element !== undefined)
      InteractionFilter.cleanElement(event.element, subject, text);
    if (event.properties !== undefined) {
      event.properties = InteractionFilter.cleanProperties(
        event.properties,
        needles,
        text,
      );
    }
    if (event.context !== undefined) {
      for (const key in event.context) {
        const value = event.context[key];
        if (typeof value === 'string') event.context[key] = text(value) || undefined;
      }
    }
  }

  static cleanElement(element, subject, text) {
    const words = (value) => {
      if (subject.masked) return MASK;
      return isLonger(value, TEXT_BYTES) ? undefined : text(value) || undefined;
    };
    // Also an empty value gets the mask, since its emptiness says something.
    if (element.value !== undefined) element.value = MASK;
    // What stands in an editable element was typed.
    if (element.text !== undefined)
      element.text = subject.takesText ? MASK : words(element.text);
    if (element.label !== undefined) element.label = words(element.label);
    for (const name of NAMES) {
      if (element[name] !== undefined) element[name] = text(element[name]) || undefined;
    }
    if (element.path === undefined) return;
    for (const entry of element.path) {
      for (const key in entry) {
        if (entry[key] !== undefined) entry[key] = text(entry[key]) || undefined;
      }
    }
  }

  static cleanProperties(properties, needles, text) {
    let kept = 0;
    for (const key in properties) {
      const value = properties[key];
      if (
        value === null ||
        value === undefined ||
        isSecretKey(key) ||
        (needles !== null && needles.repeats(key))
      ) {
        properties[key] = undefined;
        continue;
      }
      kept++;
      if (typeof value === 'string') properties[key] = text(value);
      else if (needles !== null && valueRepeats(value, needles)) properties[key] = MASK;
      else properties[key] = cleanNested(value);
    }
    return kept > 0 ? properties : undefined;
  }
}
