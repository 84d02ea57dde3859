// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Functions of ELF files that are made here: which of several is meant, in both classes and byte
// orders, and tables that are damaged.
#include "attach/functions.hpp"

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <elf.h>

#include "elf_symbols_image.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using attach::find_function;
using attach::find_functions;
using attach::Glob;
using attach::match_functions;

// The address of .text, whose content is where the image says.
constexpr std::uint64_t kText = 0x1000;

struct Made {
  unsigned long text; // where .text is in the file
  std::string bytes;
  Result<elf::File> file;

  explicit Made(const SymbolsImage& image)
      : text(image.image.content_offset(0)), bytes(image.image.bytes()),
        file(elf::File::open(ByteSource(as_bytes(bytes)), "x.so")) {
    REQUIRE(file);
  }
};

Made with(std::vector<ImageSymbol> dynamic, const std::vector<ImageSymbol>& fixed = {},
          HashKind hash = HashKind::gnu) {
  return Made(SymbolsImage(true, ByteOrder::little, std::move(dynamic), fixed, hash));
}

// place_in is where in .text a function is found.
std::uint64_t place_in(const Made& made, std::string_view name) {
  const auto place = find_function(*made.file, name);
  REQUIRE(place);
  return *place - made.text;
}

void check_refused(const Made& made, std::string_view name, Errno error,
                   const std::string& message) {
  const Messages messages;
  const auto place = find_function(*made.file, name);
  REQUIRE_FALSE(place);
  CHECK(place.error() == error);
  CHECK(messages.warnings() == 1);
  CHECK_THAT(messages.last(), Catch::Contains(message));
}

ImageSymbol function(const char* name, std::uint64_t at, unsigned binding = STB_GLOBAL,
                     std::uint16_t version = 1) {
  return {.name = name, .value = kText + at, .binding = binding, .version = version};
}

// A library with three versions of f, of which the last is the default one, and old versions of g.
Made versioned() {
  SymbolsImage image(true, ByteOrder::little,
                     {function("f", 1, STB_GLOBAL, 0x8002), function("f", 2, STB_GLOBAL, 0x8003),
                      function("f", 3, STB_GLOBAL, 4), function("g", 4, STB_GLOBAL, 0x8002),
                      function("h", 5, STB_GLOBAL, 0x8002), function("h", 6, STB_GLOBAL, 0x8003),
                      function("local", 7, STB_GLOBAL, 2)},
                     {}, HashKind::gnu);
  image.add_versions({"V1", "V2", "V3"});
  return Made(image);
}

} // namespace

TEST_CASE("a function is found in either class and byte order, and by each kind of table") {
  const bool wide = GENERATE(true, false);
  const ByteOrder order = GENERATE(ByteOrder::little, ByteOrder::big);
  const HashKind hash = GENERATE(HashKind::none, HashKind::gnu, HashKind::sysv);
  const Made made(SymbolsImage(wide, order, {function("in_dynsym", 8)},
                               {function("in_symtab", 16, STB_LOCAL)}, hash));
  CHECK(place_in(made, "in_dynsym") == 8);
  CHECK(place_in(made, "in_symtab") == 16);
  const auto many = find_functions(*made.file, std::vector<const char*>{"in_symtab", "in_dynsym"});
  REQUIRE(many);
  CHECK((*many)[0] == made.text + 16);
  CHECK((*many)[1] == made.text + 8);
}

TEST_CASE("the dynamic table decides where both have a function") {
  const Made made = with({function("f", 8)}, {function("f", 16)});
  CHECK(place_in(made, "f") == 8);
}

TEST_CASE("a strong function is taken before weak ones, and of weak ones the first") {
  CHECK(place_in(with({function("f", 8, STB_WEAK), function("f", 16)}), "f") == 16);
  CHECK(place_in(with({function("f", 8), function("f", 16, STB_WEAK)}), "f") == 8);
  CHECK(place_in(with({function("f", 8, STB_WEAK), function("f", 16, STB_WEAK)}), "f") == 8);
  CHECK(place_in(with({}, {function("f", 8, STB_LOCAL), function("f", 16, STB_WEAK)}), "f") == 8);
}

TEST_CASE("two strong functions at one place are one, and at two they are ambiguous") {
  CHECK(place_in(with({function("f", 8), function("f", 8)}), "f") == 8);
  check_refused(with({function("f", 8), function("f", 16)}), "f", kErrnoFormat,
                "several of its functions are called 'f'");
  check_refused(with({}, {function("f", 8, STB_LOCAL), function("f", 16, STB_LOCAL)}), "f",
                kErrnoFormat, "several of its functions are called 'f'");
  // An alias that is weak does not make the strong one weak.
  check_refused(with({function("f", 8, STB_WEAK), function("f", 8), function("f", 16)}), "f",
                kErrnoFormat, "several of its functions are called 'f'");
}

TEST_CASE("a version names one of several functions, and a bare name the default one") {
  const Made made = versioned();
  const Messages messages;
  CHECK(place_in(made, "f@V1") == 1);
  CHECK(place_in(made, "f@@V2") == 2);
  CHECK(place_in(made, "f@V3") == 3);
  CHECK(place_in(made, "f") == 3);
  CHECK(place_in(made, "local") == 7);
  CHECK(messages.warnings() == 0);
}

TEST_CASE("a name that has old versions alone is found with a warning") {
  const Made made = versioned();
  const Messages messages;
  CHECK(place_in(made, "g") == 4);
  CHECK(messages.warnings() == 1);
  CHECK_THAT(messages.last(), Catch::Contains("'g' is there in old versions alone"));
}

TEST_CASE("versions that are not there, and old versions that differ, are refused") {
  const Made made = versioned();
  check_refused(made, "f@V4", Errno(ENOENT), "it has no function 'f@V4'");
  check_refused(made, "g@V2", Errno(ENOENT), "it has no function 'g@V2'");
  check_refused(made, "f@", Errno(ENOENT), "it has no function 'f@'");
  check_refused(made, "@", Errno(ENOENT), "it has no function '@'");
  check_refused(made, "h", kErrnoFormat, "several of its functions are called 'h'");
}

TEST_CASE("in .symtab the version is a part of the name") {
  const Made made = with({}, {function("f@V1", 1), function("f@@V2", 1), function("g@V1", 2)});
  CHECK(place_in(made, "f@V1") == 1);
  CHECK(place_in(made, "f@@V2") == 1);
  CHECK(place_in(made, "f") == 1);
  CHECK(place_in(made, "g") == 2);
  check_refused(made, "f@V2", Errno(ENOENT), "it has no function 'f@V2'");
  check_refused(made, "g@@V1", Errno(ENOENT), "it has no function 'g@@V1'");
}

TEST_CASE("imported functions are none, whatever value they have") {
  const Made made = with({{.name = "puts", .value = 0, .section = 0},
                          {.name = "printf", .value = kText + 32, .section = 0},
                          function("main", 8)},
                         {}, GENERATE(HashKind::none, HashKind::gnu));
  check_refused(made, "puts", Errno(ENOENT), "it has no function 'puts', it imports it");
  check_refused(made, "printf", Errno(ENOENT), "it has no function 'printf', it imports it");
  const Messages messages;
  CHECK(find_functions(*made.file, std::vector<const char*>{"puts"}).error() == Errno(ENOENT));
  const auto all = match_functions(*made.file, Glob("*"));
  REQUIRE(all);
  REQUIRE(all->size() == 1);
  CHECK((*all)[0] == made.text + 8);
}

TEST_CASE("functions that are chosen at run time, data, and what is in no section are none") {
  const Made made = with({{.name = "memcpy", .value = kText, .type = STT_GNU_IFUNC},
                          {.name = "data", .value = kText, .type = STT_OBJECT},
                          {.name = "fixed", .value = kText, .section = SHN_ABS},
                          {.name = "beyond", .value = kText, .section = 77}});
  check_refused(made, "memcpy", Errno(ENOENT), "STT_GNU_IFUNC");
  check_refused(made, "data", Errno(ENOENT), "it has no function 'data'");
  check_refused(made, "fixed", Errno(ENOENT), "it has no function 'fixed'");
  check_refused(made, "beyond", Errno(ENOENT), "it has no function 'beyond'");
}

TEST_CASE("a function at offset 0 of the file is none") {
  SymbolsImage image(true, ByteOrder::little, {}, {}, HashKind::none);
  const std::uint64_t text = image.image.content_offset(0);
  const Made made = with({{.name = "zero", .value = kText - text}});
  check_refused(made, "zero", Errno(ENOENT), "it has no function 'zero'");
  const Messages messages;
  CHECK(match_functions(*made.file, Glob("z*")).error() == Errno(ENOENT));
}

TEST_CASE("a name that is one slip away from a function's is said") {
  const Made made = with({function("read_all", 1), {.name = "imported", .section = 0}},
                         {function("write_all@V1", 2)});
  check_refused(made, "raed_all", Errno(ENOENT),
                "it has no function 'raed_all', but a function 'read_all'");
  check_refused(made, "write_al", Errno(ENOENT), "but a function 'write_all@V1'");
  check_refused(made, "importe", Errno(ENOENT), "nm(1)");
}

TEST_CASE("a file without .symtab says that it is stripped") {
  SymbolsImage image(true, ByteOrder::little, {function("f", 1)}, {}, HashKind::gnu);
  check_refused(Made(image), "g", Errno(ENOENT), "nm(1)");
  image.image.sections[3].type = SHT_PROGBITS;
  check_refused(Made(image), "g", Errno(ENOENT), "it is stripped");
}

TEST_CASE("many functions come in the order of their names, as often as they are named") {
  const Made made =
      with({function("a", 1), function("b", 2)}, {function("c", 3), function("b", 2)});
  const auto places = find_functions(*made.file, std::vector<const char*>{"c", "a", "b", "a", "c"});
  REQUIRE(places);
  const std::vector<unsigned long> found(places->begin(), places->end());
  CHECK(found == std::vector<unsigned long>{made.text + 3, made.text + 1, made.text + 2,
                                            made.text + 1, made.text + 3});
  CHECK(find_functions(*made.file, {})->empty());
}

TEST_CASE("many functions of which one is missing, has no name, or is ambiguous are refused") {
  const Made made = with({function("a", 1), function("a", 2)}, {function("b", 3)});
  const Messages messages;
  const auto error_of = [&made](std::vector<const char*> names) {
    return find_functions(*made.file, names).error();
  };
  CHECK(error_of({"b", "c"}) == Errno(ENOENT));
  CHECK_THAT(messages.last(), Catch::Contains("it has no function 'c'"));
  CHECK(error_of({"b", "a"}) == Errno(ESRCH));
  CHECK(error_of({"b", nullptr}) == Errno(EINVAL));
  CHECK_THAT(messages.last(), Catch::Contains("function 1 is NULL"));
  CHECK(error_of({"b@V1"}) == Errno(ENOENT));
}

TEST_CASE("a pattern gives each place once, in rising order, of .symtab where that has one") {
  const Made made = with({function("f_dynamic", 1), function("g_one", 2), function("g_two", 2)},
                         {function("f_b", 5), function("f_a", 4), function("f_alias", 4)});
  const auto places_of = [&made](const char* pattern) {
    const auto places = match_functions(*made.file, Glob(pattern));
    REQUIRE(places);
    std::vector<unsigned long> found;
    for (const unsigned long place : *places)
      found.push_back(place - made.text);
    return found;
  };
  CHECK(places_of("f_*") == std::vector<unsigned long>{4, 5});
  CHECK(places_of("g_*") == std::vector<unsigned long>{2});
  CHECK(places_of("*") == std::vector<unsigned long>{4, 5});
  CHECK(places_of("f_?") == std::vector<unsigned long>{4, 5});
  const Messages messages;
  CHECK(match_functions(*made.file, Glob("h*")).error() == Errno(ENOENT));
  CHECK(messages.warnings() == 1);
}

TEST_CASE("a damaged table is EINVAL, and a name outside of its strings is passed over") {
  SymbolsImage image(true, ByteOrder::little, {function("f", 1)}, {function("g", 2)},
                     HashKind::none);
  const Messages messages;
  SECTION("entries of no size") {
    image.image.sections[1].entry_size = 0;
  }
  SECTION("entries of another size") {
    image.image.sections[1].entry_size = 23;
  }
  SECTION("no strings") {
    image.image.sections[1].link = 0;
  }
  SECTION("strings in what is no table of these") {
    image.image.sections[1].link = 1;
  }
  SECTION("half an entry") {
    image.image.sections[1].content += "half";
  }
  const Made made(image);
  CHECK(find_function(*made.file, "f").error() == Errno(EINVAL));
  CHECK(find_functions(*made.file, std::vector<const char*>{"f"}).error() == Errno(EINVAL));
  CHECK(match_functions(*made.file, Glob("f")).error() == Errno(EINVAL));
}

TEST_CASE("names outside of the strings are passed over") {
  SymbolsImage image(true, ByteOrder::little, {function("f", 1)}, {function("g", 2)},
                     HashKind::none);
  image.image.sections[1].content.replace(24, 4, 4, '\x7f');
  const Made made(image);
  const Messages messages;
  CHECK(find_function(*made.file, "f").error() == Errno(ENOENT));
  CHECK(place_in(made, "g") == 2);
}

TEST_CASE("each allocation of a search for functions may fail") {
  const Made made = versioned();
  for (const int search : {0, 1, 2}) {
    for (unsigned nth = 1;; ++nth) {
      CAPTURE(search, nth);
      REQUIRE(nth < 100);
      sim_reset(1);
      sim_fail("malloc", nth, ENOMEM);
      const Messages messages;
      Errno error(0);
      bool is_found = false;
      if (search == 0) {
        const auto found = find_function(*made.file, "f@V2");
        is_found = static_cast<bool>(found);
        error = is_found ? error : found.error();
      } else {
        const auto found = search == 1
                               ? find_functions(*made.file, std::vector<const char*>{"g", "local"})
                               : match_functions(*made.file, Glob("*"));
        is_found = static_cast<bool>(found);
        error = is_found ? error : found.error();
      }
      CHECK(sim_live().bytes == 0);
      if (is_found && sim_calls("malloc") < nth)
        break;
      if (!is_found) {
        CHECK(error == Errno(ENOMEM));
        CHECK(messages.warnings() == 1);
      }
    }
  }
  sim_reset(1);
}

} // namespace ringside::test
