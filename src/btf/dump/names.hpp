// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Names: how often each name was used in a dump, so that the next use gets another suffix.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/hash_index.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/btf.hpp"

namespace ringside::btf {

// C has one name space for tags of structs, unions and enums, and one for typedefs and enumerators.
enum class NameSpace { tags, identifiers };

class Names {
public:
  explicit Names(const Btf& btf) : btf_(btf) {}

  // use counts one more use of a name, which is the string at an offset, and returns its number: 1
  // for the first, which has the bare name. A number that would make a name which a type of the
  // BTF has itself is left out. ENOMEM.
  Result<std::uint32_t> use(std::uint32_t string, std::string_view name, NameSpace space);

private:
  struct Name {
    std::uint32_t string;
    std::uint32_t used[2];
  };

  Result<bool> is_taken(std::string_view name, std::uint32_t number);
  Result<void> find_suffixed();
  Result<void> grow();

  const Btf& btf_;
  // Strings that are names of types and look like one with a suffix, found when a suffix is needed.
  Vector<std::uint32_t> suffixed_;
  std::uint32_t looked_at_ = 1; // the types before this id
  std::size_t room_ = 0;        // for names, in both of these
  Vector<Name> names_;
  HashIndex index_;
};

// suffixed_name writes the name for a use that is not the first, cut to what the buffer holds.
inline constexpr std::size_t kSuffixedSize = 256;
std::string_view suffixed_name(std::string_view name, std::uint32_t number,
                               char (&buffer)[kSuffixedSize]);

// used_name is the name for any use; the first has the bare one.
inline std::string_view used_name(std::string_view name, std::uint32_t number,
                                  char (&buffer)[kSuffixedSize]) {
  return number > 1 ? suffixed_name(name, number, buffer) : name;
}

} // namespace ringside::btf
