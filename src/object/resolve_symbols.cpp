// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Finding the kernel's symbols on the running kernel.
#include <algorithm>
#include <bitset>
#include <cerrno>
#include <cinttypes>
#include <climits>

#include "base/hash_index.hpp"
#include "co_re/match.hpp"
#include "kernel/kallsyms.hpp"
#include "kernel/refusal.hpp"
#include "object/loading.hpp"

namespace ringside::object {
namespace {

using Kind = Extern::Kind;

Subject subject_of(const Loading& loading, const Extern& external) {
  return {loading.subject, "extern", external.name};
}

bool is_untyped(const Extern& external) {
  return external.kind == Kind::untyped_symbol;
}

// NameStarts tells most names that are not wanted by their first two characters.
class NameStarts {
public:
  void add(std::string_view name) {
    starts_.set(start_of(name));
    // The first character may be all of the name, with the compiler's suffix behind it.
    if (name.size() == 1)
      starts_.set(start_of(name[0], '.'));
  }
  // may_be is asked of a name and what follows it.
  [[nodiscard]] bool may_be(std::string_view name) const {
    return !name.empty() && starts_.test(start_of(name));
  }

private:
  static std::size_t start_of(char first, char second) {
    return std::size_t{static_cast<unsigned char>(first)} << 8 | static_cast<unsigned char>(second);
  }
  static std::size_t start_of(std::string_view name) {
    return start_of(name[0], name.size() > 1 && name[1] != '\t' ? name[1] : '\0');
  }

  std::bitset<1 << 16> starts_;
};

// UntypedSymbols finds the addresses of the untyped symbols among the externs, line by line.
class UntypedSymbols {
public:
  explicit UntypedSymbols(Loading& loading) : loading_(loading) {}

  // collect says so where there is no memory for them.
  Result<void> collect();

  // take is false where a wanted name has a second address, which ends the search.
  bool take(std::string_view line) {
    return (has_address_ && !starts_.may_be(kernel::name_in(line))) || look_up(line);
  }

  [[nodiscard]] bool has_address() const { return has_address_; }
  // Why the search has ended; the message is out.
  [[nodiscard]] Result<void> found() const { return found_; }

private:
  [[nodiscard]] const Vector<Extern>& externs() const { return loading_.object.parsed().externs; }
  // Few lines come here. Inlined, it would cost each of the others its registers.
  [[gnu::noinline]] bool look_up(std::string_view line);

  Loading& loading_;
  HashIndex wanted_;
  NameStarts starts_;
  bool has_address_ = false;
  Result<void> found_;
};

Result<void> UntypedSymbols::collect() {
  for (std::uint32_t index = 0; index < externs().size(); ++index) {
    if (!is_untyped(externs()[index]))
      continue;
    starts_.add(externs()[index].name);
    if (!wanted_.insert(hash_text(externs()[index].name), index))
      return no_memory(loading_.subject, "its externs");
  }
  return {};
}

bool UntypedSymbols::look_up(std::string_view line) {
  constexpr std::string_view kOfCompiler = ".llvm.";
  const kernel::Symbol symbol = kernel::parse_symbol(line);
  std::string_view name = symbol.name;
  has_address_ = has_address_ || symbol.address != 0;
  if (symbol.type == 'd')
    name = name.substr(0, name.find(kOfCompiler));
  const std::uint32_t index = wanted_.find(
      hash_text(name), [&](std::uint32_t number) { return externs()[number].name == name; });
  if (index == HashIndex::kNone)
    return true;
  LiveExtern& live = loading_.externs[index];
  if (live.is_set && live.address != symbol.address) {
    found_ = fail(subject_of(loading_, externs()[index]), Errno(EINVAL),
                  "the kernel has several symbols of that name, at 0x%" PRIx64 " and 0x%" PRIx64
                  " among others",
                  live.address, symbol.address);
    return false;
  }
  live.is_set = true;
  live.address = symbol.address;
  return true;
}

// of_kallsyms finds the addresses of untyped symbols, in one pass.
Result<void> of_kallsyms(Loading& loading) {
  const Vector<Extern>& externs = loading.object.parsed().externs;
  if (std::none_of(externs.begin(), externs.end(), is_untyped))
    return {};
  UntypedSymbols symbols(loading);
  if (const auto collected = symbols.collect(); !collected)
    return collected;
  const auto read = kernel::each_line(
      kernel::kSymbols, [&symbols](std::string_view line) { return symbols.take(line); });
  if (!symbols.found())
    return symbols.found();
  if (!read) {
    kernel::refused("/proc/kallsyms", {"reading the kernel's symbols"}, read.error());
    return Errno(EINVAL);
  }
  if (!symbols.has_address())
    say(LogLevel::warn, loading.subject,
        "the addresses of the kernel's symbols are hidden from this process, so they read as 0: "
        "sysctl kernel.kptr_restrict=0, or CAP_SYSLOG, shows them");
  return {};
}

// fd_index is the place of a module's BTF among the descriptors that a program is loaded with.
Result<std::int16_t> fd_index(Loading& loading, const kernel::ModuleBtf* module,
                              const Subject& subject) {
  if (module == nullptr)
    return std::int16_t{0};
  Vector<int>& fds = loading.object.btf_fds();
  const int fd = module->fd.get();
  if (fds.empty() && !fds.append(0))
    return no_memory(subject, "the modules");
  auto* const found = std::find(fds.begin() + 1, fds.end(), fd);
  const auto index = found - fds.begin();
  if (index > SHRT_MAX)
    return fail(subject, Errno(E2BIG), "it is of one module more than a program can name");
  if (found == fds.end() && !fds.append(fd))
    return no_memory(subject, "the modules");
  return static_cast<std::int16_t>(index);
}

} // namespace

Result<Vector<bool>> needed_externs(const Loading& loading) {
  const Parsed& parsed = loading.object.parsed();
  Vector<bool> needed;
  if (!needed.append_default(parsed.externs.size()))
    return no_memory(loading.subject, "its externs");
  for (std::uint32_t index = 0; index < parsed.programs.size(); ++index) {
    if (!loading.is_wanted(index))
      continue;
    for (const Reference& reference : parsed.programs[index].references)
      if (reference.to == RefersTo::external)
        needed[reference.index] = !parsed.externs[reference.index].is_weak;
  }
  return needed;
}

Result<void> resolve_by_types(Loading& loading, std::uint32_t index, bool is_needed) {
  const Extern& external = loading.object.parsed().externs[index];
  const Subject subject = subject_of(loading, external);
  const bool is_function = external.kind == Kind::function;
  // The name without its flavor does not end with a NUL, so it is copied.
  const auto name = loading.memory.text(external.kernel_name);
  if (!name)
    return no_memory(subject, "its name");
  const auto type = loading.find_type(name->data(), is_function ? btf::kFunc : btf::kVar);
  if (!type)
    return Errno(EINVAL);
  if (type->btf == nullptr) {
    if (!is_needed)
      return {};
    return fail(subject, Errno(ESRCH),
                "neither the kernel nor a module has %s of that name: declare it __weak if it may "
                "be missing",
                is_function ? "a function" : "a variable");
  }
  const auto same =
      co_re::types_compatible({loading.object.btf(), external.type_id},
                              {type->btf, type->btf->type(type->id).target()}, subject);
  if (!same)
    return Errno(EINVAL);
  if (!*same) {
    if (is_function && !is_needed)
      return {};
    return fail(subject, Errno(EINVAL), "the kernel's %s of that name is of another type",
                is_function ? "function" : "variable");
  }
  LiveExtern& live = loading.externs[index];
  live.is_set = true;
  live.btf_id = type->id;
  live.btf_fd = type->fd();
  if (!is_function)
    return {};
  const auto place = fd_index(loading, type->module, subject);
  if (!place)
    return place.error();
  live.fd_index = *place;
  return {};
}

Result<void> resolve_symbols(Loading& loading) {
  const Parsed& parsed = loading.object.parsed();
  const auto needed = needed_externs(loading);
  if (!needed)
    return needed.error();
  if (const auto found = of_kallsyms(loading); !found)
    return found;
  for (std::uint32_t index = 0; index < parsed.externs.size(); ++index) {
    const Extern& external = parsed.externs[index];
    if (external.kind == Kind::typed_symbol || external.kind == Kind::function)
      if (const auto found = resolve_by_types(loading, index, (*needed)[index]); !found)
        // As the stock library has it: ESRCH is what a missing symbol without a type gives.
        return found.error() == Errno(ESRCH) ? Errno(EINVAL) : found.error();
    if (is_untyped(external) && !loading.externs[index].is_set && (*needed)[index])
      return fail(subject_of(loading, external), Errno(ESRCH),
                  "the kernel has no symbol of that name: declare it __weak if it may be missing");
  }
  return {};
}

} // namespace ringside::object
