// Runs the filter as it is shipped: the command line program.

import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import path from 'node:path';

// Filters a recording, given as text, under `policy` and answers the output's lines.
// `folder` is for the policy's file.
export function filterText(text, policy, folder) {
  assert.ok(process.env.FOOTFALL_CLI, 'FOOTFALL_CLI names the program to test');
  const file = path.join(folder, 'policy.json');
  writeFileSync(file, JSON.stringify(policy));
  const result = spawnSync(
      process.env.FOOTFALL_CLI, ['filter', '--format', 'rrweb', '--policy', file],
      {input: text, maxBuffer: 1 << 30});
  assert.equal(result.error, undefined);
  assert.equal(
      result.status, 0, `footfall filter ended with ${result.status}: ${result.stderr}`);
  return result.stdout.toString('utf8').split('\n').filter(Boolean);
}

export function filterLines(lines, policy, folder) {
  return filterText(lines.map((line) => `${line}\n`).join(''), policy, folder);
}
