// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// xml_text: any text within XML or HTML.
#pragma once

#include <string>
#include <string_view>

namespace ringside::tool {

// xml_text returns the form of a text for use between tags and in attributes. Messages and names
// come from libraries, and may have bytes that XML cannot have: whatever is not printable ASCII or
// an end of line becomes a question mark.
std::string xml_text(std::string_view text);

} // namespace ringside::tool
