'use strict';
const {
  cancellable,
  documentBytes,
  milliseconds,
  native,
  requiredText,
} = require('./native.js');
const { Result } = require('./result.js');

function people(store, { where, attributes, after, limit, now, signal } = {}) {
  const options = JSON.stringify({ where, attributes, after, limit });
  return cancellable(
    signal,
    async (cancel) =>
      new Result(
        await native.personList(store, options, milliseconds(now), cancel),
      ),
  );
}

function personExport(store, id, { now, signal } = {}) {
  return cancellable(signal, async (cancel) =>
    JSON.parse(
      await native.personExport(
        store,
        requiredText(id, 'id'),
        milliseconds(now),
        cancel,
      ),
    ),
  );
}

function importAttributes(
  store,
  csv,
  { integration, id, columns, delimiter, dryRun, now, signal } = {},
) {
  const options = JSON.stringify({
    integration,
    id,
    columns,
    delimiter,
    dry_run: dryRun,
  });
  const pieces = typeof csv === 'string' || csv instanceof Uint8Array ? [csv] : csv;
  return cancellable(signal, async (cancel) => {
    const handle = await native.attributesImportNew(
      store,
      options,
      milliseconds(now),
      cancel,
    );
    for await (const piece of pieces) {
      await native.attributesImportWrite(handle, documentBytes(piece));
    }
    return JSON.parse(await native.attributesImportFinish(handle));
  });
}

module.exports = { importAttributes, people, personExport };
