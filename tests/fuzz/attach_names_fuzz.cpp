// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Names of sections that say what a program is attached to: their parts are parts of the text, in
// its order.
#include <cstdint>
#include <string_view>

#include "attach/glob.hpp"
#include "check.hpp"
#include "object/attach_names.hpp"

namespace ringside::test {
namespace {

void check_kernel_place(std::string_view text, const object::KernelPlace& place) {
  require(text.starts_with(place.function), "the function comes first");
  require(text.ends_with(place.rest), "what is ignored comes last");
  require(place.function.size() + place.rest.size() <= text.size(), "parts do not overlap");
  require(!place.is_offset_wrong || place.offset == 0, "an offset that is wrong is none");
}

void check_user_place(std::string_view text, const object::UserPlace& place) {
  require(text.starts_with(place.path) && text[place.path.size()] == ':', "the path comes first");
  require(place.path.find(':') == std::string_view::npos, "the first ':' ends the path");
  text.remove_prefix(place.path.size() + 1);
  require(text.starts_with(place.function), "the function comes next");
  require(place.offset == 0 || text[place.function.size()] == '+', "an offset stands behind a '+'");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  check_kernel_place(text, object::parse_kernel_place(text));
  const object::KernelPlace pattern = object::parse_pattern(text);
  check_kernel_place(text, pattern);
  require(pattern.offset == 0, "a pattern has no offset");
  const auto place = object::parse_user_place(text);
  require(place.has_value() == (text.find(':') != std::string_view::npos), "a ':' makes a place");
  if (place)
    check_user_place(text, *place);
  if (const auto functions = object::parse_user_pattern(text)) {
    check_user_place(text, *functions);
    require(functions->function.data() + functions->function.size() == text.data() + text.size(),
            "a pattern goes to the end");
  }
  const attach::Glob glob(pattern.function);
  require(!glob.is_name() || glob.fits(pattern.function), "a name fits itself");
  return 0;
}

} // namespace ringside::test
