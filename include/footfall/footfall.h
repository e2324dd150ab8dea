/// \file
/// Umbrella header: the whole C ABI of Footfall.
#ifndef FOOTFALL_FOOTFALL_H_
#define FOOTFALL_FOOTFALL_H_

#include "footfall/arrow.h"
#include "footfall/capture.h"
#include "footfall/export.h"
#include "footfall/report.h"
#include "footfall/status.h"
#include "footfall/store.h"
#include "footfall/version.h"

#endif  // FOOTFALL_FOOTFALL_H_
