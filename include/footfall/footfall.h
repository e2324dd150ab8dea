/// \file
/// Umbrella header: the whole C ABI of Footfall.
#ifndef FOOTFALL_FOOTFALL_H_
#define FOOTFALL_FOOTFALL_H_

#include "footfall/arrow.h"
#include "footfall/capture.h"
#include "footfall/catalogue.h"
#include "footfall/definition.h"
#include "footfall/export.h"
#include "footfall/people.h"
#include "footfall/report.h"
#include "footfall/schedule.h"
#include "footfall/segment.h"
#include "footfall/status.h"
#include "footfall/store.h"
#include "footfall/subscription.h"
#include "footfall/version.h"

#endif  // FOOTFALL_FOOTFALL_H_
