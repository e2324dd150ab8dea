#ifndef FOOTFALL_BINDINGS_NODE_STREAM_H_
#define FOOTFALL_BINDINGS_NODE_STREAM_H_

#include <napi.h>

#include "library.h"

namespace footfall_node {

// exportStart(store, where | null, nowMs, cancel | null, onPiece): exports events on a
// thread of its own and calls onPiece(bytes, null) for each piece, at last onPiece(null,
// error | null). A piece is handed over only after exportGrant, so a slow reader holds
// the export back; the thread is not one of Node's pool, which paused exports would
// exhaust.
Napi::Value ExportStart(const Napi::CallbackInfo& info);
// exportGrant(export): asks for one more piece.
Napi::Value ExportGrant(const Napi::CallbackInfo& info);
// exportWait(export, waiting): whether someone waits for a piece. Only then the export
// keeps the process alive; one that was abandoned does not.
Napi::Value ExportWait(const Napi::CallbackInfo& info);
// exportStop(export): ends the export at its next piece.
Napi::Value ExportStop(const Napi::CallbackInfo& info);

// Makes `options` log to the JavaScript function `log`, called with severity and line.
void SetLog(Napi::Env env, const Napi::Value& log, footfall_store_options* options);

}  // namespace footfall_node

#endif  // FOOTFALL_BINDINGS_NODE_STREAM_H_
