'use strict';
// Saved reports, and what is behind the numbers of a report.
const {
  bound,
  cancellable,
  documentBytes,
  milliseconds,
  native,
  requiredText,
  size,
  text,
} = require('./native.js');
const { Result } = require('./result.js');

function reportArguments(report, options, cancel) {
  const { from, to, timezone, parameters, now, threads, segment, where, compare } = options;
  const named = typeof report === 'string';
  return [
    named ? text(report, 'report') : null,
    named ? null : documentBytes(report),
    bound(from, 'from'),
    bound(to, 'to'),
    text(timezone, 'timezone'),
    parameters === undefined ? null : JSON.stringify(parameters),
    milliseconds(now),
    cancel,
    size(threads, 'threads'),
    text(segment, 'segment'),
    where === undefined ? null : JSON.stringify(where),
    compare ?? false,
  ];
}

async function find(handle, filter = {}) {
  return JSON.parse(await native.reportFind(handle, JSON.stringify(filter))).reports;
}

async function history(handle, name) {
  const json = await native.reportHistory(handle, requiredText(name, 'name'));
  return JSON.parse(json).revisions;
}

async function revision(handle, name, number) {
  return JSON.parse(
    await native.reportRevision(
      handle,
      requiredText(name, 'name'),
      size(number, 'revision'),
    ),
  );
}

async function restore(handle, name, number, { now } = {}) {
  await native.reportRestore(
    handle,
    requiredText(name, 'name'),
    size(number, 'revision'),
    milliseconds(now),
  );
}

async function clone(handle, name, newName, { parameters, now } = {}) {
  return JSON.parse(
    await native.reportClone(
      handle,
      requiredText(name, 'name'),
      requiredText(newName, 'newName'),
      parameters === undefined ? null : JSON.stringify(parameters),
      milliseconds(now),
    ),
  );
}

async function setFavourite(handle, name, favourite) {
  await native.reportSetFavourite(handle, requiredText(name, 'name'), favourite);
}

function drill(handle, report, request, options = {}) {
  return cancellable(options.signal, async (cancel) => {
    const args = reportArguments(report, options, cancel);
    const json = JSON.stringify(request);
    return new Result(await native.reportDrill(handle, ...args, json));
  });
}

function explainPerson(handle, report, person, options = {}) {
  return cancellable(options.signal, async (cancel) => {
    const args = reportArguments(report, options, cancel);
    const id = requiredText(person, 'person');
    return JSON.parse(await native.reportExplainPerson(handle, ...args, id));
  });
}

function prove(handle, report, options = {}) {
  return cancellable(options.signal, async (cancel) => {
    const args = reportArguments(report, options, cancel);
    const memory = size(options.memoryBytes, 'memoryBytes');
    return JSON.parse(await native.reportProve(handle, ...args, memory));
  });
}

module.exports = {
  clone,
  drill,
  explainPerson,
  find,
  history,
  prove,
  reportArguments,
  restore,
  revision,
  setFavourite,
};
