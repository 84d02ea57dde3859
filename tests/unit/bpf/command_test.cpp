// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The table of commands: how much of bpf_attr each passes.
#include "bpf/command.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

namespace ringside::bpf::test {

TEST_CASE("a command passes as many bytes as the stock library does") {
  STATIC_REQUIRE(attr_size(BPF_MAP_UPDATE_ELEM) == 32);
  STATIC_REQUIRE(attr_size(BPF_MAP_DELETE_ELEM) == 32);
  STATIC_REQUIRE(attr_size(BPF_OBJ_GET_INFO_BY_FD) == 16);
}

TEST_CASE("no command stands twice in the table, and none passes more than there is") {
  for (const Command& command : kCommands) {
    CAPTURE(command.number);
    CHECK(std::count_if(std::begin(kCommands), std::end(kCommands),
                        [&](const Command& other) { return other.number == command.number; }) == 1);
    CHECK(command.attr_size <= sizeof(bpf_attr));
  }
}

TEST_CASE("attributes begin as zeros") {
  const bpf_attr attr = empty_attr();
  const auto* bytes = reinterpret_cast<const std::byte*>(&attr);
  CHECK(std::all_of(bytes, bytes + sizeof(attr),
                    [](std::byte byte) { return byte == std::byte{0}; }));
}

} // namespace ringside::bpf::test
