"""Compiles `footfall._footfall` against libfootfall, with cffi in API mode.

The library is found, in this order, in the build directory named by FOOTFALL_BUILD_DIR,
in the installation named by FOOTFALL_PREFIX, or through pkg-config. Its directory
becomes the run path of the extension.
"""

import os
import pathlib
import re
import subprocess

from cffi import FFI

# What Python code implements for the library to call, and two helpers for the Arrow
# stream, whose capsule has to free it in C.
EXTRA_CDEF = """
extern "Python" void footfall_py_log(int32_t, const char*, void*);
extern "Python" void footfall_py_log_free(void*);
extern "Python" int32_t footfall_py_write(const char*, size_t, void*);
extern "Python" int32_t footfall_py_send(const char*, const char*, const char*, size_t,
                                         void*);
struct ArrowArrayStream* footfall_py_stream_new(void);
void footfall_py_capsule_free(void*);
"""

SOURCE = """
#include <stdlib.h>
#include "footfall/footfall.h"

static struct ArrowArrayStream* footfall_py_stream_new(void) {
  return (struct ArrowArrayStream*)calloc(1, sizeof(struct ArrowArrayStream));
}

/* The destructor of a capsule: Python calls it with the interpreter locked. */
static void footfall_py_capsule_free(void* capsule) {
  struct ArrowArrayStream* stream = (struct ArrowArrayStream*)PyCapsule_GetPointer(
      (PyObject*)capsule, "arrow_array_stream");
  if (stream == NULL) {
    PyErr_Clear();
    return;
  }
  if (stream->release != NULL) stream->release(stream);
  free(stream);
}
"""


def find_library():
    """Returns (include directories, library directories)."""
    build = os.environ.get("FOOTFALL_BUILD_DIR")
    if build:
        cache = pathlib.Path(build, "CMakeCache.txt")
        found = sorted(
            pathlib.Path(build).rglob("libfootfall.so"), key=lambda p: len(p.parts)
        )
        if not cache.is_file() or not found:
            raise SystemExit(
                f"FOOTFALL_BUILD_DIR={build} holds no built libfootfall.so: build the "
                "target `footfall` first"
            )
        source = re.search(r"^CMAKE_HOME_DIRECTORY:\w+=(.*)$", cache.read_text(), re.M)
        return [str(pathlib.Path(source.group(1), "include"))], [
            str(found[0].resolve().parent)
        ]
    env = dict(os.environ)
    prefix = env.get("FOOTFALL_PREFIX")
    if prefix:
        paths = [str(p) for p in pathlib.Path(prefix).glob("lib*/**/pkgconfig")]
        env["PKG_CONFIG_PATH"] = os.pathsep.join(
            paths + [env.get("PKG_CONFIG_PATH", "")]
        )
    try:
        values = [
            subprocess.run(
                ["pkg-config", f"--variable={name}", "footfall"],
                env=env, check=True, capture_output=True, text=True,
            ).stdout.strip()
            for name in ("includedir", "libdir")
        ]
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(
            "libfootfall was not found: install it, or set FOOTFALL_PREFIX to its "
            "installation or FOOTFALL_BUILD_DIR to its build directory"
        ) from error
    return [os.path.realpath(values[0])], [os.path.realpath(values[1])]


def read_headers(include_dir, name="footfall/footfall.h", seen=None):
    """The text of the umbrella header with what it includes, each header once."""
    seen = set() if seen is None else seen
    if name in seen:
        return ""
    seen.add(name)
    text = pathlib.Path(include_dir, name).read_text(encoding="utf-8")
    return re.sub(
        r'^#include "(footfall/[^"]+)"$',
        lambda m: read_headers(include_dir, m.group(1), seen),
        text,
        flags=re.M,
    )


def make_cdef(include_dir):
    """The declarations of the public headers in the form that cffi reads."""
    text = read_headers(include_dir)
    text = re.sub(r"\\\n", " ", text)
    text = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"#ifdef __cplusplus\n.*?#endif", "", text, flags=re.S)
    text = re.sub(r"\bFOOTFALL_API\b", "", text)
    lines = []
    for line in text.splitlines():
        constant = re.match(r"#define (FOOTFALL_\w+) -?\d+\s*$", line)
        if constant:
            lines.append(f"#define {constant.group(1)} ...")
        elif not line.startswith("#") and not line.startswith("FOOTFALL_"):
            lines.append(line)
    return re.sub(r"\n\s*\n+", "\n", "\n".join(lines)) + EXTRA_CDEF


def make_builder():
    include_dirs, library_dirs = find_library()
    ffi = FFI()
    ffi.cdef(make_cdef(include_dirs[0]))
    ffi.set_source(
        "footfall._footfall",
        SOURCE,
        libraries=["footfall"],
        include_dirs=include_dirs,
        library_dirs=library_dirs,
        runtime_library_dirs=library_dirs,
    )
    return ffi


if __name__ != "__main__":
    ffibuilder = make_builder()
