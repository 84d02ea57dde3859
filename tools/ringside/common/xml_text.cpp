// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// xml_text: characters with a meaning in XML, and bytes that are not part of a character.
#include "common/xml_text.hpp"

#include <cstddef>

namespace ringside::tool {
namespace {

// U+FFFD replaces what is not a character.
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The characters beyond ASCII, by how many bytes they have in UTF-8.
struct Form {
  unsigned char lead, lead_mask;
  std::size_t size;
  char32_t least;
};
constexpr Form kForms[] = {{0xC0, 0xE0, 2, 0x80}, {0xE0, 0xF0, 3, 0x800}, {0xF0, 0xF8, 4, 0x10000}};

bool xml_accepts(char32_t character) {
  const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
  return !surrogate && character != 0xFFFE && character != 0xFFFF && character <= 0x10FFFF;
}

// The size of the character beyond ASCII that `text` begins with; 0 if it begins with none that XML
// accepts. Source: RFC 3629.
std::size_t size_of_first(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  for (const Form& form : kForms) {
    if ((byte(0) & form.lead_mask) != form.lead || text.size() < form.size)
      continue;
    char32_t character = byte(0) & static_cast<unsigned char>(~form.lead_mask);
    for (std::size_t at = 1; at < form.size; ++at) {
      if ((byte(at) & 0xC0) != 0x80)
        return 0;
      character = character << 6 | (byte(at) & 0x3F);
    }
    return character >= form.least && xml_accepts(character) ? form.size : 0;
  }
  return 0;
}

std::string_view escape_of(char character) {
  switch (character) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  default:
    return "";
  }
}

} // namespace

std::string xml_text(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const char first = text.front();
    std::size_t size = 1;
    if (const std::string_view escape = escape_of(first); !escape.empty())
      result += escape;
    else if ((first >= ' ' && first <= '~') || first == '\n' || first == '\t')
      result += first;
    else if (const std::size_t found = size_of_first(text); found != 0)
      result += text.substr(0, size = found);
    else
      result += kReplacement;
    text.remove_prefix(size);
  }
  return result;
}

} // namespace ringside::tool
