// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Externs of an object: undefined symbols that .kconfig and .ksyms declare.
#include <algorithm>
#include <cerrno>
#include <cinttypes>

#include <elf.h>
#include <linux/btf.h>

#include "btf/alignments.hpp"
#include "btf/sizes.hpp"
#include "btf/strip.hpp"
#include "co_re/spec.hpp"
#include "object/parse_work.hpp"

namespace ringside::object {
namespace {

constexpr std::string_view kKconfig = ".kconfig";
constexpr std::string_view kKsyms = ".ksyms";

bool is_extern(const NamedSymbol& named) {
  const elf::Symbol& symbol = named.symbol;
  return symbol.section == elf::kUndefinedSection && symbol.type == STT_NOTYPE &&
         (symbol.binding == STB_GLOBAL || symbol.binding == STB_WEAK) && !named.name().empty();
}

// Declarations finds by name what the object's BTF says of its externs, in one pass.
class Declarations {
public:
  explicit Declarations(const btf::Btf& btf) : btf_(btf) {}

  Result<void> read();
  // find is the first VAR or FUNC with a name, or kNone.
  [[nodiscard]] std::uint32_t find(std::string_view name) const {
    return names_.find(hash_text(name),
                       [&](std::uint32_t id) { return name == btf_.name(btf_.type(id)); });
  }
  // section_of is the first DATASEC that lists a VAR or FUNC, or 0.
  [[nodiscard]] std::uint32_t section_of(std::uint32_t id) const { return sections_[id]; }

private:
  const btf::Btf& btf_;
  HashIndex names_;
  Vector<std::uint32_t> sections_;
};

Result<void> Declarations::read() {
  if (const auto room = sections_.append_default(btf_.end_id()); !room)
    return room;
  for (std::uint32_t id = 1; id < btf_.end_id(); ++id) {
    const btf::Type type = btf_.type(id);
    const std::string_view name = btf_.name(type);
    if ((type.is(btf::kVar) || type.is(btf::kFunc)) && find(name) == HashIndex::kNone)
      if (const auto added = names_.insert(hash_text(name), id); !added)
        return added;
    if (!type.is(btf::kDatasec))
      continue;
    for (std::uint32_t entry = 0; entry < type.elements(); ++entry) {
      const std::uint32_t listed = type.variable(entry).type;
      if (listed < sections_.size() && sections_[listed] == 0)
        sections_[listed] = id;
    }
  }
  return {};
}

// form_of is how a type holds a kconfig value.
Extern::Form form_of(const btf::Btf& btf, std::uint32_t type_id, Extern& external) {
  const std::uint32_t id = btf::strip(btf, type_id);
  const btf::Type type = btf.type(id);
  switch (type.kind()) {
  case btf::kInt:
    external.is_signed = (type.int_encoding() & BTF_INT_SIGNED) != 0;
    if ((type.int_encoding() & BTF_INT_BOOL) != 0)
      return type.size() == 1 ? Extern::Form::boolean : Extern::Form::none;
    if (type.size() == 1)
      return Extern::Form::character;
    return type.size() == 2 || type.size() == 4 || type.size() == 8 ? Extern::Form::number
                                                                    : Extern::Form::none;
  case btf::kEnum:
    return type.size() == 4 && std::string_view(btf.name(type)) == "libbpf_tristate"
               ? Extern::Form::tristate
               : Extern::Form::none;
  case btf::kArray: {
    Extern element;
    return type.array().count != 0 &&
                   form_of(btf, type.array().element, element) == Extern::Form::character
               ? Extern::Form::text
               : Extern::Form::none;
  }
  default:
    return Extern::Form::none;
  }
}

Result<void> read_kconfig(const btf::Btf& btf, btf::Alignments& alignments, Extern& external,
                          const Subject& subject) {
  const btf::Type var = btf.type(external.var_id);
  if (!var.is(btf::kVar))
    return fail(subject, Errno(ENOTSUP), "a function cannot be a __kconfig");
  const auto size = btf::resolve_size(btf, var.target());
  if (!size)
    return fail(subject, size.error(), "its type has no size");
  const auto alignment = alignments.of(var.target());
  if (!alignment)
    return no_memory(subject, "its alignment");
  if (*size == 0 || *alignment == 0)
    return fail(subject, Errno(EINVAL), "its type has no size or no alignment");
  external.size = static_cast<std::uint32_t>(*size);
  external.alignment = *alignment;
  external.form = form_of(btf, var.target(), external);
  if (external.form == Extern::Form::none)
    return fail(subject, Errno(ENOTSUP),
                "a __kconfig can be a bool, char, integer, array of char, or enum "
                "libbpf_tristate");
  return {};
}

void read_ksym(const btf::Btf& btf, Extern& external) {
  const btf::Type declared = btf.type(external.var_id);
  external.kernel_name = external.name;
  if (declared.is(btf::kFunc)) {
    external.kind = Extern::Kind::function;
    external.kernel_name = co_re::plain_name(external.name);
    external.type_id = declared.target();
    return;
  }
  external.type_id = btf::strip(btf, declared.target());
  external.kind = btf.type(external.type_id).is(btf::kVoid) ? Extern::Kind::untyped_symbol
                                                            : Extern::Kind::typed_symbol;
}

Result<Extern> read_extern(ParseWork& work, const Declarations& declarations,
                           btf::Alignments& alignments, const NamedSymbol& named) {
  const Subject subject(work.subject, "extern", named.name());
  const btf::Btf& btf = *work.parsed.btf;
  Extern external;
  const auto name = work.keep(named.name());
  if (!name)
    return name.error();
  external.name = *name;
  external.symbol = named.index;
  external.is_weak = named.symbol.binding == STB_WEAK;
  external.var_id = declarations.find(named.name());
  if (external.var_id == HashIndex::kNone)
    return fail(subject, Errno(ENOENT),
                "it is not defined, and BTF does not know it: define it, or declare it with "
                "__ksym or __kconfig");
  const btf::Type declared = btf.type(external.var_id);
  const std::uint32_t linkage = declared.is(btf::kVar) ? declared.extra() : declared.elements();
  if (linkage != (declared.is(btf::kVar) ? std::uint32_t{BTF_VAR_GLOBAL_EXTERN}
                                         : std::uint32_t{BTF_FUNC_EXTERN}))
    return fail(subject, Errno(EINVAL), "BTF does not say that it is extern");
  const std::uint32_t section = declarations.section_of(external.var_id);
  const std::string_view section_name = btf.name(btf.type(section));
  if (section == 0)
    return fail(subject, Errno(ENOENT), "it is in no section: declare it with __ksym or __kconfig");
  if (section_name == kKconfig) {
    if (const auto read = read_kconfig(btf, alignments, external, subject); !read)
      return read.error();
  } else if (section_name == kKsyms) {
    read_ksym(btf, external);
  } else {
    return fail(subject, Errno(ENOTSUP), "it is in section '%.*s': it can be in .ksyms or .kconfig",
                static_cast<int>(section_name.size()), section_name.data());
  }
  return external;
}

// in_order is the order of externs: kconfig values as they lie in the map, then symbols by name.
// Skeletons rely on it.
bool in_order(const Extern& one, const Extern& other) {
  const bool is_kconfig = one.kind == Extern::Kind::kconfig;
  if (is_kconfig != (other.kind == Extern::Kind::kconfig))
    return is_kconfig;
  if (is_kconfig && one.alignment != other.alignment)
    return one.alignment > other.alignment;
  if (is_kconfig && one.size != other.size)
    return one.size < other.size;
  return one.name < other.name;
}

// place_kconfig gives each value its place, and returns the size of all.
Result<std::uint32_t> place_kconfig(Vector<Extern>& externs, const Subject& subject) {
  std::uint64_t end = 0;
  for (Extern& external : externs) {
    if (external.kind != Extern::Kind::kconfig)
      break;
    const std::uint64_t alignment = external.alignment;
    end = (end + alignment - 1) / alignment * alignment;
    external.offset = static_cast<std::uint32_t>(end);
    end += external.size;
    if (end > UINT32_MAX)
      return fail(subject, Errno(EINVAL), "section '.kconfig' is larger than a map's value can be");
  }
  return static_cast<std::uint32_t>(end);
}

} // namespace

Result<void> read_externs(ParseWork& work) {
  const auto count = std::count_if(work.symbols.begin(), work.symbols.end(), is_extern);
  if (count == 0)
    return {};
  if (work.parsed.btf == nullptr)
    return fail(work.subject, Errno(ESRCH), "it has undefined symbols, but no BTF to explain them");
  Declarations declarations(*work.parsed.btf);
  btf::Alignments alignments(*work.parsed.btf);
  Vector<Extern>& externs = work.parsed.externs;
  if (!declarations.read() || !externs.reserve(static_cast<std::size_t>(count)) ||
      !work.externs_of_symbols.append_default(work.symbols.size()))
    return work.out_of_memory();
  for (const NamedSymbol& named : work.symbols) {
    if (!is_extern(named))
      continue;
    const auto external = read_extern(work, declarations, alignments, named);
    if (!external)
      return external.error();
    if (!externs.append(*external))
      return work.out_of_memory();
  }
  std::sort(externs.begin(), externs.end(), in_order);
  std::fill(work.externs_of_symbols.begin(), work.externs_of_symbols.end(), kNoIndex);
  for (std::uint32_t index = 0; index < externs.size(); ++index)
    work.externs_of_symbols[externs[index].symbol] = index;
  const auto size = place_kconfig(externs, work.subject);
  if (!size)
    return size.error();
  work.kconfig_size = *size;
  return {};
}

} // namespace ringside::object
