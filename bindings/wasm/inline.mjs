// Writes the module's loader with the module inside it, so that one file is all to serve:
// inline.mjs LOADER WASM OUT

import {readFileSync, writeFileSync} from 'node:fs';

const [loader, wasm, out] = process.argv.slice(2);
const text = readFileSync(loader, 'utf8');
const start = text.indexOf('const defaultSource');
const end = text.indexOf(';', start) + 1;
if (start < 0) throw new Error(`${loader} has no defaultSource`);
const inside = `const defaultSource = () =>
    Uint8Array.from(atob(
        '${readFileSync(wasm).toString('base64')}'), (c) => c.charCodeAt(0));`;
writeFileSync(out, text.slice(0, start) + inside + text.slice(end));
