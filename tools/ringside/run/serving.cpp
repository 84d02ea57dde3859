// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// callers_of, and the functions that our libraries have for them.
#include "run/serving.hpp"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "abi/elf_file.hpp"
#include "abi/file_error.hpp"
#include "abi/wording.hpp"

namespace ringside::tool {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNone =
    "nothing that it loads when it starts needs libbpf: it may have libbpf linked into it, or load "
    "it later with dlopen()";

bool is_file(const fs::path& one, const fs::path& other) {
  std::error_code ignored; // then they are not the same file
  return one == other || fs::equivalent(one, other, ignored);
}

// Does it read or write rings? With the printer alone, ringside changes nothing.
bool is_reader(const abi::Import& import) {
  return import.name != "libbpf_set_print";
}

// The first names, and the number of the others.
std::string names_text(const std::vector<abi::Import>& imports) {
  constexpr std::size_t kMost = 6;
  std::vector<std::string_view> names;
  for (const abi::Import& import : imports)
    names.push_back(import.name);
  const std::size_t more = names.size() > kMost + 1 ? names.size() - kMost : 0;
  names.resize(names.size() - more);
  return fmt::format("{}{}", fmt::join(names, ", "),
                     more > 0 ? fmt::format(" and {} more", more) : "");
}

} // namespace

std::vector<Caller> callers_of(const fs::path& program, const std::vector<fs::path>& files) {
  std::vector<fs::path> all{program};
  all.insert(all.end(), files.begin(), files.end());
  std::vector<Caller> callers;
  for (const fs::path& path : all) {
    try {
      abi::Needs needs = abi::needs_of(abi::read_elf(path));
      if (!needs.imports.empty())
        callers.push_back({path, std::move(needs)});
    } catch (const abi::FileError&) {
      // The loader loads it, but it cannot be read here.
    }
  }
  return callers;
}

std::vector<std::string> against_preloading(const fs::path& ours,
                                            const std::vector<fs::path>& files,
                                            const std::vector<Caller>& callers) {
  if (std::none_of(files.begin(), files.end(),
                   [&](const fs::path& file) { return is_file(file, ours); }))
    return {fmt::format("the loader does not load {} before it", ours.string())};
  if (callers.empty())
    return {std::string(kNone) + ", and what it then finds with dlsym() is not ours"};
  const bool any = std::any_of(callers.begin(), callers.end(), [](const Caller& caller) {
    const auto has = share_of(caller.needs, abi::OwnLibrary::libringside).has;
    return std::any_of(has.begin(), has.end(), is_reader);
  });
  if (!any)
    return {"it uses no perf_buffer, ring_buffer or user_ring_buffer of libbpf, so ringside would "
            "change "
            "nothing"};
  return {};
}

std::vector<std::string> against_replacing(const fs::path& ours, const std::vector<fs::path>& files,
                                           const std::vector<Caller>& callers) {
  std::vector<std::string> texts;
  const std::string soname = ours.filename();
  for (const fs::path& file : files)
    if (file.filename() == soname && !is_file(file, ours))
      texts.push_back(fmt::format("it loads {}, which its own search path (DT_RPATH) finds before "
                                  "ours: change that with patchelf, or relink it",
                                  file.string()));
  if (callers.empty())
    texts.emplace_back(kNone);
  for (const Caller& caller : callers) {
    const std::string& wanted = caller.needs.soname;
    if (!wanted.empty() && wanted != soname) {
      texts.push_back(
          fmt::format("{} asks for {}, of another interface than {}: preload the readers "
                      "(without --all)",
                      caller.file.string(), wanted, soname));
      continue;
    }
    std::vector<abi::Import> lacks = share_of(caller.needs, abi::OwnLibrary::libbpf).lacks;
    std::erase_if(lacks, [](const abi::Import& import) { return import.weak; });
    if (!lacks.empty())
      texts.push_back(fmt::format(
          "{} calls {} that ringside's {} does not have yet: {}; preload the "
          "readers (without --all)",
          caller.file.string(), abi::counted(lacks.size(), "function"), soname, names_text(lacks)));
  }
  return texts;
}

} // namespace ringside::tool
