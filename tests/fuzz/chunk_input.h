// The dictionaries that inputs of chunk_fuzz are coded by.
#ifndef FOOTFALL_TESTS_FUZZ_CHUNK_INPUT_H_
#define FOOTFALL_TESTS_FUZZ_CHUNK_INPUT_H_

#include "tests/store/chunk_test_util.h"

namespace footfall::store {

// A fixture without rows that knows every string that random events may have.
inline ChunkFixture* NewChunkVocabulary() {
  auto* fixture = new ChunkFixture;
  fixture->AddRandom(3000, 1);
  fixture->rows.Clear();
  return fixture;
}

}  // namespace footfall::store

#endif  // FOOTFALL_TESTS_FUZZ_CHUNK_INPUT_H_
