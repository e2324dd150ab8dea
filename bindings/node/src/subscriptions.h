#ifndef FOOTFALL_BINDINGS_NODE_SUBSCRIPTIONS_H_
#define FOOTFALL_BINDINGS_NODE_SUBSCRIPTIONS_H_

#include <napi.h>

namespace footfall_node {

// Adds the functions of schedules, subscriptions and mail to `exports`.
void AddSubscriptions(Napi::Env env, Napi::Object exports);

}  // namespace footfall_node

#endif  // FOOTFALL_BINDINGS_NODE_SUBSCRIPTIONS_H_
