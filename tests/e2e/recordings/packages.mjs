// Where the npm packages are: in a copy of this folder that FOOTFALL_RECORDINGS names, or
// here.

import {createRequire} from 'node:module';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const FOLDER =
    process.env.FOOTFALL_RECORDINGS ?? path.dirname(fileURLToPath(import.meta.url));

export const loadPackage = createRequire(path.join(FOLDER, 'package.json'));

export function packageFile(name) {
  return path.join(FOLDER, 'node_modules', name);
}
