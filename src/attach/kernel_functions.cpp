// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// match_kernel_functions: reads the best of three sources that this process can read.
#include "attach/kernel_functions.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "attach/tracefs.hpp"
#include "base/hash_index.hpp"
#include "base/scan.hpp"
#include "kernel/kallsyms.hpp"
#include "kernel/lines.hpp"

namespace ringside::attach {
namespace {

using Addresses = Vector<unsigned long>;

// Clang adds this, and a number, to the names of functions that it moved between files.
constexpr std::string_view kMovedMark = ".llvm.";

// and_on is the answer that asks for the next line, if the step for this line has succeeded.
Result<bool> and_on(const Result<void>& done) {
  return done ? Result<bool>(true) : done.error();
}

// with_addresses reads lines of "ADDRESS NAME", with or without " [MODULE]". It reads the address
// only if the name fits.
Result<Addresses> with_addresses(const char* path, const Glob& glob) {
  constexpr unsigned kHexadecimal = 16;
  Addresses found;
  const auto read = kernel::each_line(path, [&](std::string_view line) -> Result<bool> {
    const std::size_t space = line.find(' ');
    if (line.empty() || space == 0 || space >= line.size() - 1 || line[space + 1] == ' ')
      return Errno(EINVAL);
    const std::string_view rest = behind(line, space + 1);
    // Most names end here.
    if (!glob.may_fit(rest) || !glob.fits(rest.substr(0, rest.find(' '))))
      return true;
    std::string_view digits = line.substr(0, space);
    const auto address = take_number(digits, kHexadecimal);
    if (!address || !digits.empty())
      return Errno(EINVAL);
    return and_on(found.append(static_cast<unsigned long>(*address)));
  });
  if (!read)
    return read.error();
  return found;
}

// Names is a set of names that were read.
class Names {
public:
  Result<void> add(std::string_view name) {
    if (has(name))
      return {};
    const auto begin = static_cast<std::uint32_t>(bytes_.size());
    if (const auto kept = bytes_.append_all({name.data(), name.size()}); !kept)
      return kept;
    if (const auto kept = names_.append({begin, static_cast<std::uint32_t>(name.size())}); !kept)
      return kept;
    return index_.insert(hash_text(name), static_cast<std::uint32_t>(names_.size() - 1));
  }

  [[nodiscard]] bool has(std::string_view name) const {
    return index_.find(hash_text(name), [&](std::uint32_t number) {
      const Place& place = names_[number];
      return name == std::string_view(bytes_.begin() + place.begin, place.size);
    }) != HashIndex::kNone;
  }

private:
  struct Place {
    std::uint32_t begin;
    std::uint32_t size;
  };
  Vector<char> bytes_;
  Vector<Place> names_;
  HashIndex index_;
};

// names_in reads lines of "NAME", with or without " [MODULE]".
Result<Names> names_in(const char* path, const Glob& glob) {
  Names names;
  const auto read = kernel::each_line(path, [&](std::string_view line) -> Result<bool> {
    const std::string_view name = line.substr(0, line.find(' '));
    if (name.empty())
      return Errno(EINVAL);
    return glob.fits(name) ? and_on(names.add(name)) : true;
  });
  if (!read)
    return read.error();
  return names;
}

// in_kallsyms is the addresses of the symbols for which `takes` is true.
template <class Takes>
Result<Addresses> in_kallsyms(const char* path, Takes takes) {
  Addresses found;
  const auto take = [&](const kernel::Symbol& symbol) -> Result<bool> {
    if (symbol.name.empty() || !takes(symbol))
      return true;
    return and_on(found.append(static_cast<unsigned long>(symbol.address)));
  };
  if (const auto read = kernel::each_symbol(take, path); !read)
    return read.error();
  return found;
}

Result<Addresses> of_names(const char* path, const Names& names) {
  return in_kallsyms(path, [&names](const kernel::Symbol& symbol) {
    return names.has(symbol.name) ||
           (symbol.name.find(kMovedMark) != std::string_view::npos &&
            names.has(symbol.name.substr(0, symbol.name.find(kMovedMark))));
  });
}

Result<Addresses> of_functions(const char* path, const Glob& glob) {
  return in_kallsyms(path, [&glob](const kernel::Symbol& symbol) {
    return (symbol.type == 't' || symbol.type == 'T') && glob.fits(symbol.name);
  });
}

// The error is EPERM if the kernel is locked down, ENODEV if it has switched off its own tracing
// after a fault, and ENOENT if it is too old to have these files.
bool may_not_be_read(Errno error) {
  return error == Errno(ENOENT) || error == Errno(EPERM) || error == Errno(EACCES) ||
         error == Errno(ENODEV);
}

Result<Addresses> match(const FunctionLists& lists, const Glob& glob) {
  auto found = with_addresses(lists.addresses, glob);
  if (found || !may_not_be_read(found.error()))
    return found;
  const auto names = names_in(lists.names, glob);
  if (names)
    return of_names(lists.symbols, *names);
  return may_not_be_read(names.error()) ? of_functions(lists.symbols, glob) : names.error();
}

} // namespace

Result<Addresses> match_kernel_functions(const Glob& glob, const Subject& subject) {
  const auto addresses = tracefs_path("available_filter_functions_addrs");
  const auto names = tracefs_path("available_filter_functions");
  if (!addresses || !names)
    return fail(subject, Errno(E2BIG), "the path of tracefs is too long for the kernel");
  return match_listed_functions({addresses->text, names->text, kernel::kSymbols}, glob, subject);
}

Result<Addresses> match_listed_functions(const FunctionLists& lists, const Glob& glob,
                                         const Subject& subject) {
  auto found = match(lists, glob);
  if (!found && found.error() == Errno(EINVAL))
    return fail(subject, Errno(EINVAL),
                "a line of available_filter_functions in tracefs is not of the form that the "
                "kernel writes");
  if (!found)
    return fail(subject, found.error(), "the kernel's functions cannot be read");
  if (found->empty())
    return fail(subject, Errno(ENOENT),
                "the kernel has no function that the pattern fits and that can have a probe");
  std::sort(found->begin(), found->end());
  // A kernel that hides addresses shows 0 for all. If only some are 0, these are no functions.
  if (*(found->end() - 1) == 0)
    return fail(subject, Errno(EPERM),
                "the kernel hides the addresses of its functions from this process: it needs "
                "CAP_SYSLOG, or 0 in /proc/sys/kernel/kptr_restrict");
  auto* const first = std::upper_bound(found->begin(), found->end(), 0UL);
  auto* const end = std::unique(first, found->end());
  const auto count =
      static_cast<std::size_t>(std::move(first, end, found->begin()) - found->begin());
  found->truncate(count);
  return found;
}

} // namespace ringside::attach
