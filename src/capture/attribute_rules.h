// The attributes that a recording keeps, and what is done to their values.
//
// Part of the capture core: standard library and simdjson only, no exceptions.
#ifndef FOOTFALL_CAPTURE_ATTRIBUTE_RULES_H_
#define FOOTFALL_CAPTURE_ATTRIBUTE_RULES_H_

#include <cstdint>
#include <string_view>

namespace footfall::capture {

enum class AttributeKind : uint8_t {
  kUnknown,   // Not on the list.
  kPlain,     // Layout and roles: kept, scanned.
  kText,      // Named by the policy: kept, scanned, masked where a rule says so.
  kName,      // class and id: kept, scanned.
  kGeometry,  // Numbers and their units, in SVG's grammars.
  kTheme,     // The colour scheme of a page, by a word of a closed list.
  kMetric,    // One number, or true or false.
  kWord,      // A word for a state, of a closed list.
  kPaint,     // A CSS value, which may hold url().
  kStyle,     // CSS declarations.
  kSheet,     // A whole style sheet.
  kUrl,
  kUrlList,    // srcset.
  kReference,  // href of SVG: the fragment of the same document stays.
  kValue,      // What a field holds.
  kState,      // Which choice was made: checked, selected.
  kContent,    // Of meta.
  kCode,       // Runs.
  kPixels,
};

// `name` as rrweb writes it, in lower case but for SVG's own attributes.
AttributeKind KindOfAttribute(std::string_view name);

// True for a value of one of SVG's number grammars: path data, lists of points,
// transforms, view boxes.
bool IsGeometry(std::string_view value);

// True for a number with or without px or %, and for true and false.
bool IsMetric(std::string_view value);

// True for the attributes by which pages name their colour scheme, which their style
// sheets ask for.
bool IsThemeAttribute(std::string_view name);

// True for a word that such an attribute holds.
bool IsThemeWord(std::string_view value);

// True for the words of rrweb's rr_mediaState and rr_open_mode.
bool IsStateWord(std::string_view value);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_ATTRIBUTE_RULES_H_
