// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// is_near: each kind of slip, and names that are too short or too different.
#include "base/near.hpp"

#include <catch2/catch.hpp>

namespace ringside::test {

TEST_CASE("names are near that differ by one slip") {
  CHECK(is_near("vfs_read", "vfs_read"));
  CHECK(is_near("vfs_read", "vfs_reads"));
  CHECK(is_near("fs_read", "vfs_read"));
  CHECK(is_near("vfs_read", "vf_read"));
  CHECK(is_near("vfs_read", "vfs-read"));
  CHECK(is_near("vfs_read", "vfs_raed"));
  CHECK(is_near("vfs_read", "vfs_reda"));
}

TEST_CASE("names are not near that differ by more, or are short") {
  CHECK_FALSE(is_near("vfs_read", "vfs_readv2"));
  CHECK_FALSE(is_near("vfs_read", "vfs_write"));
  CHECK_FALSE(is_near("vfs_read", "sfv_read"));
  CHECK_FALSE(is_near("vfs_read", "vfs_erda"));
  CHECK_FALSE(is_near("vfs_read", ""));
  CHECK_FALSE(is_near("ab", "abc"));
  CHECK_FALSE(is_near("ab", "ac"));
}

} // namespace ringside::test
