// Addresses inside style sheets: which may stay, and as what.
import { lower, trim } from './chars.mjs';
import { isPlainName, isTokenLike } from './css_values.mjs';
import { filterUrl, originOf, urlWithoutQuery } from './urls.mjs';

const EXTENSIONS = 'woff2?|ttf|otf|eot|svg|png|jpe?g|gif|webp|avif|ico|cur|css';
const ASSET_FILE = new RegExp(`^[A-Za-z0-9_\\x00.-]+\\.(?:${EXTENSIONS})$`, 'i');

// The URL rule for the address of an asset: as filterUrl, but that the names of files
// with a known extension may be long.
export function filterAssetUrl(address) {
  const path = urlWithoutQuery(address);
  const slash = path.lastIndexOf('/');
  const folder = path.slice(0, slash + 1);
  const file = path.slice(slash + 1);
  const inFolder = folder.length < 2 || folder[folder.length - 2] !== '/';
  if (!inFolder || !ASSET_FILE.test(file) || isTokenLike(file)) return filterUrl(address);
  return filterUrl(folder) + file;
}

// Control characters and what would end a string do not belong in an address; browsers
// read backslashes as slashes.
const isReadable = (address) => !/[\x00-\x1f\x7f"\\<>]/.test(address);

function judge(address, baseOrigin) {
  const trimmed = trim(address);
  if (trimmed[0] === '#')
    return isPlainName(trimmed.slice(1)) && trimmed.length > 1 ? trimmed : '';
  if (!isReadable(trimmed)) return '';
  const scheme = /^[A-Za-z0-9_\x80-\uffff+.-]*(?=:)/.exec(trimmed)?.[0];
  let rest = trimmed;
  let origin = baseOrigin;
  if (scheme !== undefined) {
    if (!/^https?$/i.test(scheme)) return '';
    rest = trimmed.slice(scheme.length + 1);
    origin = rest.startsWith('//') ? originOf(trimmed) : '';
  } else if (rest.startsWith('//')) {
    origin = originOf(lower(baseOrigin.slice(0, baseOrigin.indexOf(':') + 1)) + trimmed);
  }
  // Browsers skip more slashes than two; such an address is no honest one.
  if (rest.startsWith('///') || origin === '' || origin !== baseOrigin) return '';
  const kept = filterAssetUrl(trimmed);
  return isReadable(kept) ? kept : '';
}

// What stays of an address without escapes.
export function filterAddress(address, baseOrigin) {
  const kept = judge(address, baseOrigin);
  // What is left may be another kind of address than the whole was.
  return kept === address || judge(kept, baseOrigin) === kept ? kept : '';
}
