// A short notation for streams of rrweb events, so that a case shows what it is about.
//
// A case's `events` is an array of these, each with an optional `timestamp`:
//   {"page": [NODE...], "head": [NODE...], "href": URL}  Meta and FullSnapshot: two
//   events.
//                       `head` and `href` are optional. The Document is node 1, html 2,
//                       head 3 and body 4; what is in them is numbered from 5 on, head
//                       first, in document order.
//   {"snapshot": [NODE...], "head": [NODE...]}  the FullSnapshot alone, as at a checkout.
//   {"meta": URL}       Meta alone.
//   {"add": [[PARENT, NEXT or null, NODE]...], "remove": [[PARENT, ID]...],
//    "texts": [[ID, TEXT]...], "attr": [[ID, {NAME: VALUE}]...]}  one mutation; any of
//    the
//                       four. An added NODE's children become adds of their own, as rrweb
//                       writes them. Added nodes are numbered from 1000 on.
//   {"input": ID, "text": TEXT, "checked": BOOL}
//   {"keys": ID, "text": TEXT}  an input event for each of the text's growing prefixes.
//   {"inc": SOURCE, ...}  another incremental event; the other members are its data.
//   {"raw": LINE}       these bytes.
//   {"type": ...}       an event as it is.
// A NODE is "text", ["tag", {ATTRIBUTES}, NODE...] or a node object as it is; attributes
// may be left out. "!comment", "!cdata", "!doctype", "#text" and "#document" are tags
// too, the first four with one text. The attribute "@id" gives the node's id and "@" more
// members of the node, such as {"isShadow": true}.
#ifndef FOOTFALL_TESTS_PRIVACY_RECORDING_NOTATION_H_
#define FOOTFALL_TESTS_PRIVACY_RECORDING_NOTATION_H_

#include <string>
#include <vector>

#include "base/json.h"

namespace footfall::capture {

// The stream's lines, without line ends. Events get times 100 ms apart.
std::vector<std::string> ExpandEvents(const base::Json& events);

}  // namespace footfall::capture

#endif  // FOOTFALL_TESTS_PRIVACY_RECORDING_NOTATION_H_
