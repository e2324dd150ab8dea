// Writes the seeds of chunk_fuzz: chunks of random events, small and large enough for the
// forms that columns of many rows take. Run it anew when chunks get another form.
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "store/coding.h"
#include "tests/fuzz/chunk_input.h"

namespace {

using footfall::store::ChunkFixture;
using footfall::store::EncodeAll;
using footfall::store::EncodedChunk;

std::string ToInput(const EncodedChunk& chunk) {
  std::string input;
  for (const auto& [number, bytes] : chunk) {
    footfall::store::PutVarint(input, number);
    footfall::store::PutBytes(input, bytes);
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 2;
  }
  for (const size_t events : {1, 6, 30, 150}) {
    const std::unique_ptr<ChunkFixture> fixture(footfall::store::NewChunkVocabulary());
    fixture->AddRandom(events, 100 + events);
    fixture->rows.Sort();
    int part = 0;
    for (const EncodedChunk& chunk : EncodeAll(fixture->rows)) {
      const std::string path = footfall::base::Cat(argv[1], "/random-", uint64_t{events},
                                                   "-", part++, ".chunk");
      std::ofstream(path, std::ios::binary) << ToInput(chunk);
    }
  }
  return 0;
}
