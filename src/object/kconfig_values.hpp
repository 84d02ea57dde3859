// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Values of __kconfig externs, from text in the format of the kernel's configuration.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/failure.hpp"
#include "base/hash_index.hpp"
#include "base/result.hpp"
#include "object/parsed.hpp"
#include "object/relocate.hpp"

namespace ringside::object {

// KconfigValues puts values into the memory of the .kconfig map. Once an extern has a value, later
// values for it are ignored.
class KconfigValues {
public:
  // `image` is the map's value, of the size that the externs need. `live` has an element for each
  // extern of the object. ENOMEM.
  static Result<KconfigValues> make(std::span<const Extern> externs, std::span<LiveExtern> live,
                                    std::span<std::byte> image);

  // read_line takes one line of a configuration, without its newline. Lines that do not begin with
  // CONFIG_, and names that the object does not ask for, are left alone. EINVAL, with a message:
  // the value is none that the extern's type can hold.
  Result<void> read_line(std::string_view line, const Subject& subject);

  // set puts a number into an extern. EINVAL: its type holds no number; ERANGE: it is too small.
  // With a message.
  Result<void> set(std::uint32_t index, std::uint64_t number, const Subject& subject);

  // missing is the first extern that has no value yet, or null. With `strong`, only externs that
  // must have a value count.
  [[nodiscard]] const Extern* missing(bool strong) const;

private:
  [[nodiscard]] std::span<std::byte> place_of(const Extern& external) const {
    return image_.subspan(external.offset, external.size);
  }
  Result<void> set_letter(std::uint32_t index, char letter, const Subject& subject);
  Result<void> set_text(std::uint32_t index, std::string_view text, const Subject& subject);
  Result<void> set_number(std::uint32_t index, std::string_view text, const Subject& subject);
  void store(std::uint32_t index, std::uint64_t number);

  std::span<const Extern> externs_;
  std::span<LiveExtern> live_;
  std::span<std::byte> image_;
  HashIndex names_;
};

} // namespace ringside::object
