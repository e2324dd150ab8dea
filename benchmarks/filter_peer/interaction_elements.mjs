// What the element says that an interaction took place on.
import { lower, trim } from './chars.mjs';
import { hasClass, isOneDigit } from './elements.mjs';
import { isTyping } from './interaction_events.mjs';
import { isKeypadName, isSecretAutocomplete, isSecretName } from './words.mjs';

const ONE_DIGIT = /^[^0-9]*[0-9][^0-9]*$/;

export const isEditable = (type) =>
  type !== undefined && ['contenteditable', 'textbox'].includes(lower(type));

// By what the element is now; not by what it was before.
export function isSensitive(event, element, tag, button) {
  const { type, autocomplete } = element;
  if (type !== undefined && lower(trim(type)) === 'password') return true;
  if (autocomplete !== undefined && isSecretAutocomplete(autocomplete)) return true;
  if (!isTyping(event.type) && (tag.plain || button)) return false;
  return (
    isSecretName(element.name) || isSecretName(element.id) || isSecretName(autocomplete)
  );
}

const namesKeypad = ({ id, class: classes }) =>
  (id !== undefined && isKeypadName(id)) ||
  (classes !== undefined && isKeypadName(classes));

// A one-digit key of an on-screen keypad.
export function isKeypadKey(element) {
  const { text, label, value, id, name, class: classes, path } = element;
  const digit =
    [text, label, value].some((shown) => shown !== undefined && isOneDigit(shown)) ||
    [id, name, classes].some((named) => named !== undefined && ONE_DIGIT.test(named));
  return (
    digit && (namesKeypad(element) || (path !== undefined && path.some(namesKeypad)))
  );
}

export const isMarked = (classes, mark) =>
  classes !== undefined && classes.includes('rr-') && hasClass(classes, mark);
export const isMarkedAround = ({ path, class: classes }, mark) =>
  isMarked(classes, mark) ||
  (path !== undefined && path.some((entry) => isMarked(entry.class, mark)));
