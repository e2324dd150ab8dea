// Objects of known members.

function apply(rule, value) {
  const left = rule(value);
  if (left === true) return value;
  return left === false ? undefined : left;
}

// Keeps the members that `rules` names, in place: those of the type that it names, or
// what a function makes of them: true keeps the value, undefined or false drops it.
// Returns whether any stays.
export function keepMembers(object, rules) {
  if (typeof object !== 'object' || object === null || Array.isArray(object))
    return false;
  let kept = false;
  for (const key in object) {
    const value = object[key];
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    const left =
      typeof rule === 'function'
        ? apply(rule, value)
        : typeof value === rule
          ? value
          : undefined;
    if (left !== value) object[key] = left;
    if (left !== undefined) kept = true;
  }
  return kept;
}

const isNumber = (value) => typeof value === 'number';
// A number or an array of numbers.
export const numbers = (value) =>
  isNumber(value) || (Array.isArray(value) && value.every(isNumber));
export const numberOrNull = (value) => (value === null ? null : isNumber(value));
