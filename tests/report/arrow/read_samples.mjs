// Reads the samples of arrow_sample with Apache Arrow's own implementation and compares them
// with the JSON of the same tables: node read_samples.mjs DIR
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RecordBatchFileReader, RecordBatchReader } from 'apache-arrow';
import { JSONParse } from 'json-with-bigint';

const TYPES = {
  string: 'Utf8',
  int64: 'Int64',
  double: 'Float64',
  bool: 'Bool',
  timestamp: 'Timestamp<MILLISECOND, UTC>',
  date: 'Date32<DAY>',
};

// An Arrow value as the JSON of the result has it.
function asJson(value, type) {
  if (value === null) return null;
  if (type === 'timestamp') return new Date(Number(value)).toISOString();
  if (type === 'date') return new Date(Number(value)).toISOString().slice(0, 10);
  return value;
}

function checkBatch(batch, columns, rows, first, seen) {
  columns.forEach(({ type }, at) => {
    const vector = batch.getChildAt(at);
    let missing = 0;
    for (let row = 0; row < batch.numRows; ++row) {
      const expected = rows[first + row][at];
      const value = asJson(vector.get(row), type);
      const same = type === 'int64' && value !== null ? BigInt(expected) : expected;
      assert.strictEqual(value, same, `row ${first + row}, column ${at}`);
      if (expected === null) ++missing;
    }
    assert.equal(vector.nullCount, missing, `missing values of column ${at}`);
    seen.missing += missing;
    seen.values += batch.numRows - missing;
  });
}

function checkSample(folder, name, extension, rowCount, batchRows) {
  const expected = JSONParse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  const reader = RecordBatchReader.from(readFileSync(join(folder, name + extension)));
  reader.open();
  // A file is read by its footer.
  assert.equal(reader instanceof RecordBatchFileReader, extension === '.arrow');
  const fields = reader.schema.fields;
  assert.deepEqual(
    fields.map((field) => [field.name, String(field.type), field.nullable]),
    expected.columns.map(({ name: column, type }) => [column, TYPES[type], true]),
  );
  assert.equal(expected.rows.length, rowCount);
  const seen = { values: 0, missing: 0 };
  const sizes = [];
  let first = 0;
  for (const batch of reader) {
    // The reader stands in a batch without rows of its own where a stream has none.
    if (batch.numRows === 0) continue;
    sizes.push(batch.numRows);
    checkBatch(batch, expected.columns, expected.rows, first, seen);
    first += batch.numRows;
  }
  assert.deepEqual(sizes, batchRows);
  assert.equal(seen.values + seen.missing, rowCount * expected.columns.length);
  console.log(`${name}${extension}: ${first} rows in ${sizes.length} batches, ` +
              `${seen.values} values and ${seen.missing} missing`);
}

const folder = process.argv[2];
for (const extension of ['.arrows', '.arrow']) {
  checkSample(folder, 'empty', extension, 0, []);
  checkSample(folder, 'one', extension, 1, [1]);
  checkSample(folder, 'some', extension, 25, [25]);
  checkSample(folder, 'large', extension, 150_000, [65_536, 65_536, 18_928]);
}
