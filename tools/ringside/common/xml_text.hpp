// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Any text within XML or HTML.
#pragma once

#include <string>
#include <string_view>

namespace ringside::tool {

// xml_text is a text as it is written between tags and in attributes. What is neither ASCII nor an
// end of line becomes a question mark: messages and names come from libraries, and may hold bytes
// that no XML can.
std::string xml_text(std::string_view text);

} // namespace ringside::tool
