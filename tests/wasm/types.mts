// Checked by the TypeScript compiler only.
import {
  FootfallPolicyError,
  loadFilter,
  type Filter,
  type FilterCounters,
  type FilterModule,
} from '../../bindings/wasm/footfall-filter.mjs';

const module: FilterModule = await loadFilter(fetch('/footfall-filter.wasm'));
const filter: Filter = module.createFilter({
  format: 'rrweb',
  policy: { version: 1, text: 'mask' },
});
const output: string = filter.write(new Uint8Array()) + filter.write('') + filter.finish();
const counters: FilterCounters = filter.counters();
const masked: number | undefined = counters.rules['text'];
filter.setPolicy('{}');
filter.free();

// @ts-expect-error There is no such format.
module.createFilter({ format: 'auto' });
// @ts-expect-error What is written is text or bytes.
filter.write({});

const { path, byte }: { path: string; byte: number | null } = new FootfallPolicyError();
export { byte, masked, output, path };
