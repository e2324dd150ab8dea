// Compiles the addon with the system's C++ compiler; there is nothing to download but the
// headers of node-addon-api. The library is found in the build directory that
// FOOTFALL_BUILD_DIR names, in the installation that FOOTFALL_PREFIX names, or through
// pkg-config.
// Node's own headers come from FOOTFALL_NODE_INCLUDE, else from beside the running Node.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

function fail(message) {
  console.error(`footfall: ${message}`);
  process.exit(1);
}

// All files of that name below `directory`, the least deep first.
function find(directory, name) {
  return readdirSync(directory, { recursive: true })
    .map(String)
    .filter((path) => path === name || path.endsWith(`/${name}`))
    .sort((a, b) => a.split('/').length - b.split('/').length)
    .map((path) => join(directory, path));
}

function findLibrary() {
  const build = process.env.FOOTFALL_BUILD_DIR;
  if (build) {
    const cache = join(build, 'CMakeCache.txt');
    const library = existsSync(cache) && find(resolve(build), 'libfootfall.so')[0];
    if (!library) fail(`FOOTFALL_BUILD_DIR=${build} holds no built libfootfall.so`);
    const source = /^CMAKE_HOME_DIRECTORY:\w+=(.*)$/m.exec(
      readFileSync(cache, 'utf8'),
    )[1];
    return { include: join(source, 'include'), library };
  }
  const env = { ...process.env };
  if (env.FOOTFALL_PREFIX) {
    const prefix = resolve(env.FOOTFALL_PREFIX);
    env.PKG_CONFIG_PATH = [
      ...find(prefix, 'footfall.pc').map(dirname),
      env.PKG_CONFIG_PATH ?? '',
    ].join(delimiter);
  }
  try {
    const variable = (name) =>
      execFileSync('pkg-config', [`--variable=${name}`, 'footfall'], {
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    return {
      include: resolve(variable('includedir')),
      library: resolve(variable('libdir'), 'libfootfall.so'),
    };
  } catch {
    return fail(
      'libfootfall was not found: install it, or set FOOTFALL_PREFIX to its ' +
        'installation or FOOTFALL_BUILD_DIR to its build directory',
    );
  }
}

function findNodeHeaders() {
  const candidates = [
    process.env.FOOTFALL_NODE_INCLUDE,
    join(dirname(dirname(realpathSync(process.execPath))), 'include/node'),
    '/usr/include/node',
  ].filter((path) => path && existsSync(join(path, 'node_api.h')));
  return (
    candidates[0] ?? fail('the headers of Node were not found: set FOOTFALL_NODE_INCLUDE')
  );
}

const { include, library } = findLibrary();
// Quoted by node-addon-api for shells; here it goes to the compiler as it is.
const addonInclude = createRequire(import.meta.url)('node-addon-api').include_dir;
mkdirSync(join(here, 'build'), { recursive: true });
const sources = readdirSync(join(here, 'src')).filter((name) => name.endsWith('.cc'));
execFileSync(
  process.env.CXX ?? 'c++',
  [
    '-std=c++20',
    '-O2',
    '-fPIC',
    '-shared',
    '-fvisibility=hidden',
    '-Wall',
    '-Wextra',
    '-DNAPI_VERSION=8',
    '-DNAPI_CPP_EXCEPTIONS',
    // A worker thread that is being terminated cannot be thrown at.
    '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
    '-DBUILDING_NODE_EXTENSION',
    `-DFOOTFALL_DEFAULT_LIBRARY="${library}"`,
    `-I${include}`,
    '-isystem',
    findNodeHeaders(),
    '-isystem',
    addonInclude,
    ...sources.map((name) => join(here, 'src', name)),
    '-o',
    join(here, 'build/footfall.node'),
    '-ldl',
    '-pthread',
  ],
  { stdio: 'inherit' },
);
