// The RocksDB database under a store that is closed.
#ifndef FOOTFALL_TESTS_STORE_DATABASE_TEST_UTIL_H_
#define FOOTFALL_TESTS_STORE_DATABASE_TEST_UTIL_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rocksdb/db.h"

namespace footfall::store {

// Calls `change` on the database under a store.
inline void WithDatabase(
    const std::string& path,
    const std::function<void(rocksdb::DB&, std::vector<rocksdb::ColumnFamilyHandle*>&)>&
        change) {
  std::vector<std::string> names;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), path, &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) families.emplace_back(name, rocksdb::Options());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  ASSERT_TRUE(
      rocksdb::DB::Open(rocksdb::DBOptions(), path, families, &handles, &raw).ok());
  const std::unique_ptr<rocksdb::DB> db(raw);
  change(*db, handles);
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
}

}  // namespace footfall::store

#endif  // FOOTFALL_TESTS_STORE_DATABASE_TEST_UTIL_H_
