// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The value of LD_PRELOAD.
#include "common/preload.hpp"

#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>

namespace ringside::tool {

bool can_be_preloaded(const std::filesystem::path& file) {
  return file.string().find_first_of(" :") == std::string::npos;
}

std::string preload_list(const std::vector<std::filesystem::path>& files) {
  std::string list;
  for (const std::filesystem::path& file : files) {
    if (!std::filesystem::exists(file))
      throw std::runtime_error(fmt::format("{} is not installed", file.string()));
    if (!can_be_preloaded(file))
      throw std::runtime_error(
          fmt::format("the loader cannot preload a file with a blank or a colon "
                      "in its path: {}",
                      file.string()));
    list += (list.empty() ? "" : ":") + file.string();
  }
  return list;
}

std::string before_inherited(std::string text, const char* variable) {
  const char* const inherited = std::getenv(variable);
  if (inherited == nullptr || *inherited == '\0')
    return text;
  return text.empty() ? inherited : text + ":" + inherited;
}

} // namespace ringside::tool
