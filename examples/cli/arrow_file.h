// The Arrow IPC file format, made from the IPC stream that the library hands out.
#ifndef FOOTFALL_EXAMPLES_CLI_ARROW_FILE_H_
#define FOOTFALL_EXAMPLES_CLI_ARROW_FILE_H_

#include <footfall/footfall.hpp>
#include <string>
#include <string_view>

namespace footfall::cli {

// Frames `stream` as a file: magic, the stream, and a footer that says where each record
// batch lies. INTERNAL when `stream` is not an IPC stream without dictionaries.
Result<std::string> ArrowFileFromStream(std::string_view stream);

}  // namespace footfall::cli

#endif  // FOOTFALL_EXAMPLES_CLI_ARROW_FILE_H_
