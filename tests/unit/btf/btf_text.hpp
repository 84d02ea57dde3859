// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What a BTF says, as text that a test can compare.
#pragma once

#include <cstdint>
#include <string>

#include "btf/btf.hpp"

namespace ringside::test {

// text_of gives a line to each own type: "2 STRUCT S p:3" has the id 2 and a member p of type 3.
// What is not an INT has the ids that it refers to behind a colon.
inline std::string text_of(const btf::Btf& btf) {
  std::string text;
  for (std::uint32_t id = btf.first_id(); id < btf.end_id(); ++id) {
    const btf::Type type = btf.type(id);
    text += std::to_string(id) + ' ' + btf::kind_name(type.kind());
    if (type.name() != 0)
      text += std::string(" ") + btf.name(type);
    const btf::KindLine& line = btf::kKinds[type.kind()];
    if (line.element_words == 0)
      btf::each_id(type.words(),
                   [&](std::uint32_t target) { text += ":" + std::to_string(target); });
    else if (type.is(btf::kFuncProto))
      text += ":" + std::to_string(type.target());
    for (std::uint32_t index = 0; line.element_words != 0 && index < type.elements(); ++index) {
      text += ' ';
      if (line.element_is_named)
        text += btf.string(type.element(index)[0]);
      if (line.element_id != btf::KindLine::kNoId)
        text += ':' + std::to_string(type.element(index)[line.element_id]);
    }
    text += '\n';
  }
  return text;
}

// strings_of is the own strings, with a dot for each NUL.
inline std::string strings_of(const btf::Btf& btf) {
  std::string text(btf.data().strings.begin(), btf.data().strings.end());
  for (char& character : text)
    character = character == '\0' ? '.' : character;
  return text;
}

} // namespace ringside::test
