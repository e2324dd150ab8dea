#include "footfall/version.h"

const char* footfall_version_string(void) { return FOOTFALL_VERSION_STRING; }

int32_t footfall_version_number(void) { return FOOTFALL_VERSION_NUMBER; }
