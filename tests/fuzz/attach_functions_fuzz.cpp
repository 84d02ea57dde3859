// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Functions of a hostile file, by name, by names and by pattern: each place that is found is that
// of a function that the file itself has.
#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "attach/functions.hpp"
#include "check.hpp"
#include "elf/file.hpp"
#include "elf/symbols.hpp"
#include "fuzzed_file.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using elf::File;

// More searches find nothing new.
constexpr std::size_t kMostSearched = 50;

struct Function {
  std::string name;
  unsigned long place = 0;
};

// functions_of is what the file has, by a look at each symbol.
std::vector<Function> functions_of(const File& file) {
  std::vector<Function> functions;
  for (const elf::Section& section : file.sections()) {
    if (section.type != SHT_SYMTAB && section.type != SHT_DYNSYM)
      continue;
    auto symbols = elf::Symbols::read(file, section);
    if (!symbols)
      continue;
    for (std::size_t index = 0; index < symbols->size(); ++index) {
      const elf::Symbol symbol = (*symbols)[index];
      const elf::Section* const home = file.section_at(symbol.section);
      const auto name = symbols->name(symbol);
      if (symbol.type != STT_FUNC || symbol.section == elf::kUndefinedSection || home == nullptr ||
          !name)
        continue;
      functions.push_back({std::string(*name), static_cast<unsigned long>(
                                                   symbol.value - home->address + home->offset)});
    }
  }
  return functions;
}

bool is_expected(Errno error) {
  return error == Errno(ENOENT) || error == Errno(ESRCH) || error == Errno(EINVAL) ||
         error == kErrnoFormat;
}

void check_place(const std::vector<Function>& functions, std::string_view name,
                 unsigned long place) {
  require(place != 0, "no function is at the beginning of the file");
  require(std::any_of(functions.begin(), functions.end(),
                      [&](const Function& each) {
                        return each.place == place &&
                               (each.name == name ||
                                each.name.starts_with(std::string(name) + '@'));
                      }),
          "a place is that of a function of the name");
}

void search(const File& file) {
  const std::vector<Function> functions = functions_of(file);
  std::vector<std::string> names = {"", "@", "absent", "f@V1"};
  for (const Function& function : functions)
    if (names.size() < kMostSearched)
      names.push_back(function.name);
  for (const std::string& name : names) {
    const std::string bare = name.substr(0, name.find('@'));
    if (const auto place = attach::find_function(file, name))
      check_place(functions, functions.empty() ? name : bare, static_cast<unsigned long>(*place));
    else
      require(is_expected(place.error()), "a search fails with an error that is known");
    const char* const text = name.c_str();
    if (const auto places = attach::find_functions(file, {&text, 1})) {
      require(places->size() == 1, "one name is one place");
      check_place(functions, name, (*places)[0]);
    } else {
      require(is_expected(places.error()), "a search fails with an error that is known");
    }
  }
  for (const char* const pattern : {"*", "f*", "?*t*"}) {
    const auto places = attach::match_functions(file, attach::Glob(pattern));
    if (!places) {
      require(is_expected(places.error()), "a search fails with an error that is known");
      continue;
    }
    require(!places->empty(), "no function is an error");
    require(std::adjacent_find(places->begin(), places->end(),
                               [](unsigned long one, unsigned long next) { return one >= next; }) ==
                places->end(),
            "places rise");
    for (const unsigned long place : *places)
      require(place != 0 && std::any_of(functions.begin(), functions.end(),
                                        [&](const Function& each) { return each.place == place; }),
              "a place is that of a function");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Messages messages;
  const FuzzedFile fuzzed(bytes, size);
  for (const ByteSource& source : {fuzzed.in_memory(), fuzzed.in_pieces()})
    if (const auto file = File::open(source, "fuzzed"); file)
      search(*file);
  return 0;
}

} // namespace ringside::test
