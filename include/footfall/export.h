/// \file
/// Symbol visibility of the C ABI.
#ifndef FOOTFALL_EXPORT_H_
#define FOOTFALL_EXPORT_H_

#if defined(FOOTFALL_STATIC)
#define FOOTFALL_API
#else
#define FOOTFALL_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
#define FOOTFALL_BEGIN_DECLS extern "C" {
#define FOOTFALL_END_DECLS }
#else
#define FOOTFALL_BEGIN_DECLS
#define FOOTFALL_END_DECLS
#endif

#endif  // FOOTFALL_EXPORT_H_
