// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// xml_text: any text within XML or HTML of the encoding UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace ringside::tool {

// xml_text returns the form of a text for use between tags and in attributes. Messages and names
// come from libraries and may have any bytes: a control character of ASCII, a byte that is not
// UTF-8, and a character that XML does not accept become U+FFFD.
std::string xml_text(std::string_view text);

} // namespace ringside::tool
