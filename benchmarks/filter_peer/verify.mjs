// Compares what this script wrote with what Footfall wrote, event by event.

const show = (value) =>
  value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200);
const isObject = (value) => typeof value === 'object' && value !== null;

// Where two values of JSON differ first and how, or null. The order of keys does not
// matter.
export function difference(ours, theirs, path = '$') {
  if (
    !isObject(ours) ||
    !isObject(theirs) ||
    Array.isArray(ours) !== Array.isArray(theirs)
  ) {
    return ours === theirs
      ? null
      : `${path}: the script writes ${show(ours)}, Footfall ${show(theirs)}`;
  }
  const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  for (const key of keys) {
    const step = Array.isArray(ours) ? `[${key}]` : `.${key}`;
    const found = difference(ours[key], theirs[key], path + step);
    if (found !== null) return found;
  }
  return null;
}

// The first difference between two lists of events as lines of JSON, or null.
export function firstDifference(ours, theirs) {
  for (let i = 0; i < ours.length && i < theirs.length; i++) {
    if (ours[i] === theirs[i]) continue;
    const found = difference(JSON.parse(ours[i]), JSON.parse(theirs[i]));
    if (found !== null) return `event ${i + 1} of the output: ${found}`;
  }
  return ours.length === theirs.length
    ? null
    : `the script writes ${ours.length} events, Footfall ${theirs.length}`;
}
