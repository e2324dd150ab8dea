/// \file
/// Version of the header and of the library that is loaded.
#ifndef FOOTFALL_VERSION_H_
#define FOOTFALL_VERSION_H_

#include <stdint.h>

#include "footfall/export.h"

#define FOOTFALL_VERSION_MAJOR 0
#define FOOTFALL_VERSION_MINOR 1
#define FOOTFALL_VERSION_PATCH 0
#define FOOTFALL_VERSION_STRING "0.1.0"
/// Comparable number: major * 1000000 + minor * 1000 + patch.
#define FOOTFALL_VERSION_NUMBER 1000

FOOTFALL_BEGIN_DECLS

/// The loaded library's version as "major.minor.patch"; static, never freed.
/// \since 0.1
FOOTFALL_API const char* footfall_version_string(void);

/// The loaded library's version as FOOTFALL_VERSION_NUMBER.
/// \since 0.1
FOOTFALL_API int32_t footfall_version_number(void);

FOOTFALL_END_DECLS

#endif  // FOOTFALL_VERSION_H_
