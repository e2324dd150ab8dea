'use strict';
const { FootfallError, version } = require('./lib/native.js');
const { Filter, Policy, leakTest } = require('./lib/capture.js');
const { Ingest } = require('./lib/ingest.js');
const { Result } = require('./lib/result.js');
const { Store } = require('./lib/store.js');

module.exports = {
  Filter,
  FootfallError,
  Ingest,
  Policy,
  Result,
  Store,
  leakTest,
  version,
};
