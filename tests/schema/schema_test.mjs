// The JSON Schemas and the parsers say the same: what the tests of the modules hold to be
// accepted or refused, the schemas accept or refuse too.
//
// FOOTFALL_SOURCE is the root of the sources, FOOTFALL_GENERATE the generator.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, it} from 'node:test';

import addFormats from 'ajv-formats';
import Ajv2020 from 'ajv/dist/2020.js';

const root = process.env.FOOTFALL_SOURCE;
const readJson = (...path) => JSON.parse(readFileSync(join(root, ...path), 'utf8'));

const KINDS = ['event', 'policy', 'rule', 'report', 'catalogue'];
// Strict about unknown keywords and formats; types need not be said again in each branch.
const ajv = new Ajv2020({strict: true, strictTypes: false, strictRequired: false});
addFormats(ajv);
const schemas = Object.fromEntries(KINDS.map(
    (kind) => [kind, readJson('include/footfall/schema', `${kind}.schema.json`)]));
// First all, because they refer to each other.
for (const schema of Object.values(schemas)) ajv.addSchema(schema);
const validators = Object.fromEntries(
    KINDS.map((kind) => [kind, ajv.getSchema(schemas[kind].$id)]));

/** Asserts that the schema of `kind` accepts `value`, or that it refuses it. */
function check(kind, value, accepts, name) {
  const validate = validators[kind];
  const accepted = validate(value);
  const why = accepted ? 'it is accepted' : ajv.errorsText(validate.errors);
  assert.equal(accepted, accepts, `${name}: ${why}\n${JSON.stringify(value)}`);
}

describe('the schemas', () => {
  for (const kind of KINDS) {
    it(`${kind} is a 2020-12 schema with an id and a title`, () => {
      const schema = schemas[kind];
      assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
      assert.match(schema.$id, new RegExp(`/${kind}\\.schema\\.json$`));
      assert.ok(schema.title.length > 0);
      assert.equal(ajv.validateSchema(schema), true);
    });

    it(`${kind} refuses what is not an object`, () => {
      for (const value of [null, [], 'text', 1, true]) check(kind, value, false, kind);
    });
  }
});

// Where the cases of each parser are, and under which key the document stands.
const CASES = [
  {kind: 'policy', folder: 'tests/privacy/policies', key: 'policy'},
  {kind: 'rule', folder: 'tests/model/rules', key: 'definition'},
  {kind: 'report', folder: 'tests/report/definitions', key: 'definition'},
  {kind: 'report', folder: 'tests/report/views', key: 'definition'},
  {kind: 'catalogue', folder: 'tests/report/catalogues', key: 'catalogue'},
];

for (const {kind, folder, key} of CASES) {
  describe(`cases of the parser of a ${kind}`, () => {
    const accepted = readJson(folder, 'accepted.json');
    const refused = readJson(folder, 'refused.json');

    it('accepted', () => {
      assert.ok(accepted.length >= 5);
      for (const entry of accepted) check(kind, entry[key], true, entry.name);
    });

    it('refused', () => {
      assert.ok(refused.length >= 5);
      // A refusal that a schema cannot express is marked; the mark must be needed.
      for (const entry of refused) {
        check(kind, entry[key], entry.schema === false, entry.name);
      }
      const expressed = refused.filter((entry) => entry.schema !== false);
      assert.ok(expressed.length > refused.length / 2);
    });
  });
}

describe('events', () => {
  it('of the cases of the filter', () => {
    let passed = 0, rejected = 0;
    for (const file of readdirSync(join(root, 'tests/privacy/cases'))) {
      for (const {name, input, expect, schema} of readJson('tests/privacy/cases', file)) {
        [input].flat().forEach((event, i) => {
          const outcome = [expect.outcome].flat()[i] ?? expect.outcome;
          // Of those rejected, some fail only a rule that a schema cannot express.
          const accepts = outcome !== 'rejected' || schema === false;
          check('event', event, accepts, `${file}: ${name}`);
          accepts ? ++passed : ++rejected;
        });
      }
    }
    assert.ok(passed > 150 && rejected > 5, `${passed} and ${rejected}`);
  });

  it('of the pairs that differ in a secret', () => {
    for (const {name, input} of readJson('tests/privacy/differential.json')) {
      for (const event of [input].flat()) check('event', event, true, name);
    }
  });

  it('of the recorder sample', () => {
    const sample = join(root, 'examples/recorder/sample/events.ndjson.zst');
    const lines = execFileSync('zstd', ['-dcq', sample],
                               {encoding: 'utf8', maxBuffer: 2 ** 28}).split('\n');
    assert.equal(lines.pop(), '');
    assert.ok(lines.length > 1000);
    for (const line of lines) check('event', JSON.parse(line), true, 'sample');
  });

  it('of the generator', () => {
    const lines = execFileSync(process.env.FOOTFALL_GENERATE,
                               ['--events', '1000', '--people', '50'],
                               {encoding: 'utf8', maxBuffer: 2 ** 28}).split('\n');
    assert.equal(lines.pop(), '');
    assert.equal(lines.length, 1000);
    for (const line of lines) check('event', JSON.parse(line), true, 'generated');
  });
});

it('JSON blocks of the documentation that name their schema', () => {
  // A fence such as ```json policy.
  const pages = ['README.md', 'CONTRIBUTING.md', 'src/report/REPORTS.md',
                 'src/report/BUILT_IN_REPORTS.md', 'src/report/LIBRARY.md'];
  for (const file of pages.filter((name) => existsSync(join(root, name)))) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, kind, block] of text.matchAll(/^```json (\w+)\n([^]*?)^```$/gm)) {
      assert.ok(KINDS.includes(kind), `${file}: \`\`\`json ${kind}`);
      check(kind, JSON.parse(block), true, file);
    }
  }
});
