// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// xml_text: characters with a meaning in XML, and those that XML cannot have.
#include "common/xml_text.hpp"

namespace ringside::tool {

std::string xml_text(std::string_view text) {
  std::string result;
  for (const char character : text)
    switch (character) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '"':
      result += "&quot;";
      break;
    case '\n':
      result += '\n';
      break;
    default:
      result += character >= ' ' && character <= '~' ? character : '?';
    }
  return result;
}

} // namespace ringside::tool
