// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// FileMapping: the lines of /proc/PID/maps. Format: proc_pid_maps(5).
#include "usdt/mappings.hpp"

#include "base/scan.hpp"

namespace ringside::usdt {
namespace {

// The path is the last part, and may have blanks in it.
struct MapsLine {
  FileMapping mapping;
  bool is_executable = false;
  std::string_view path;
};

// begin-end permissions offset device inode    path
std::optional<MapsLine> parse_maps_line(std::string_view text) {
  constexpr unsigned kHexadecimal = 16;
  const auto begin = take_number(text, kHexadecimal);
  if (!begin || !take_text(text, "-"))
    return std::nullopt;
  const auto end = take_number(text, kHexadecimal);
  const std::string_view permissions = take_word(text);
  skip_blanks(text);
  const auto offset = take_number(text, kHexadecimal);
  const std::string_view device = take_word(text);
  const std::string_view inode = take_word(text);
  if (!end || !offset || device.empty() || inode.empty())
    return std::nullopt;
  skip_blanks(text);
  return MapsLine{{*begin, *end, *offset}, permissions.find('x') != std::string_view::npos, text};
}

} // namespace

Result<Vector<FileMapping>> parse_mappings(std::string_view text, std::string_view path) {
  Vector<FileMapping> mappings;
  while (!text.empty()) {
    const auto line = parse_maps_line(take_line(text));
    if (line && line->is_executable && line->path == path)
      if (const auto added = mappings.append(line->mapping); !added)
        return added.error();
  }
  return mappings;
}

std::optional<std::uint64_t> address_of(std::span<const FileMapping> mappings,
                                        std::uint64_t offset) {
  for (const FileMapping& mapping : mappings)
    if (offset >= mapping.offset && offset - mapping.offset < mapping.end - mapping.begin)
      return mapping.begin + (offset - mapping.offset);
  return std::nullopt;
}

} // namespace ringside::usdt
