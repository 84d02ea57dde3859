// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// stored_member: a file of a hostile archive. The first byte is the length of the name, which
// follows; the rest is the archive.
#include "elf/zip.hpp"

#include <string_view>

#include "check.hpp"
#include "fuzzed_file.hpp"
#include "input.hpp"
#include "messages.hpp"

namespace ringside::test {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Messages messages;
  Input input(bytes, size);
  const auto name_bytes = input.take_bytes(input.take<std::uint8_t>());
  const std::string_view name(reinterpret_cast<const char*>(name_bytes.data()), name_bytes.size());
  const auto rest = input.take_rest();
  const FuzzedFile archive(rest.data(), rest.size());
  const auto whole = elf::stored_member(archive.in_memory(), name, "fuzzed");
  const auto pieces = elf::stored_member(archive.in_pieces(), name, "fuzzed");
  require(static_cast<bool>(whole) == static_cast<bool>(pieces),
          "an archive reads the same in memory and in pieces");
  if (!whole) {
    require(whole.error() == pieces.error(), "an archive is refused for the same reason");
    return 0;
  }
  require(whole->offset == pieces->offset, "a file is found at the same place");
  require(whole->offset <= rest.size() && whole->content.size() <= rest.size() - whole->offset,
          "a file lies within its archive");
  const auto content = whole->content.piece(0, whole->content.size());
  require(static_cast<bool>(content), "a file that is found can be read");
  require(content->view().data() == archive.bytes().data() + whole->offset || content->size() == 0,
          "a file's content is at its place");
  return 0;
}

} // namespace ringside::test
