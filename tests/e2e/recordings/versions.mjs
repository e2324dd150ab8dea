// The recorders that are tested, by version.

import {packageFile} from './packages.mjs';

const CONSOLE =
    '@rrweb/rrweb-plugin-console-record/dist/rrweb-plugin-console-record.umd.min.cjs';

export const versions = [
  {
    name: '1.1.3',
    recorder: packageFile('rrweb-one/dist/rrweb.min.js'),
    plugin: packageFile('rrweb-one/dist/plugins/console-record.min.js'),
  },
  {
    name: '2.0.0-alpha.18',
    recorder: packageFile('rrweb-alpha/dist/rrweb.umd.min.cjs'),
    plugin: packageFile(CONSOLE),
  },
  {
    name: '2.2.2',
    recorder: packageFile('rrweb/dist/rrweb.umd.min.cjs'),
    plugin: packageFile(CONSOLE),
  },
];
