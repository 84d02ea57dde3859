// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The BTF of an object, and its DATASECs: the compiler writes neither their sizes nor the places of
// their variables, so we fill these in.
#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <utility>

#include <elf.h>
#include <linux/btf.h>

#include "btf/change.hpp"
#include "object/parse_work.hpp"

namespace ringside::object {
namespace {

constexpr std::size_t kEntryWords = 3;

// Datasec completes one DATASEC.
class Datasec {
public:
  Datasec(ParseWork& work, btf::Change& change, std::uint32_t id)
      : work_(work), btf_(*work.parsed.btf), change_(change), id_(id),
        count_(btf_.type(id).elements()), name_(btf_.name(btf_.type(id))),
        subject_(work.subject, "section", name_) {}

  Result<void> complete() {
    if (name_ != ".kconfig" && name_ != ".ksyms" && btf_.type(id_).size() == 0)
      if (const auto placed = place(); !placed)
        return placed;
    return sort();
  }

private:
  [[nodiscard]] std::uint32_t* entry(std::uint32_t index) { return change_.element(id_, index); }
  Result<void> place();
  Result<void> place_variable(std::uint32_t index, std::uint64_t section_size);
  Result<void> sort();

  ParseWork& work_;
  btf::Btf& btf_;
  btf::Change& change_;
  std::uint32_t id_;
  std::uint32_t count_;
  std::string_view name_;
  Subject subject_;
};

Result<void> Datasec::place() {
  const elf::Section* const section = work_.find_section(name_);
  if (section == nullptr || section->size == 0)
    return fail(subject_, Errno(ENOENT), "BTF has variables in it, but the file does not have it");
  if (section->size > UINT32_MAX)
    return fail(subject_, Errno(E2BIG), "it has %" PRIu64 " bytes, more than a map's value can",
                section->size);
  change_.words(id_)[btf::kTargetWord] = static_cast<std::uint32_t>(section->size);
  for (std::uint32_t index = 0; index < count_; ++index)
    if (const auto placed = place_variable(index, section->size); !placed)
      return placed;
  return {};
}

Result<void> Datasec::place_variable(std::uint32_t index, std::uint64_t section_size) {
  const std::uint32_t var_id = entry(index)[0];
  const btf::Type var = btf_.type(var_id);
  if (!var.is(btf::kVar) || var_id < btf_.first_id())
    return fail(subject_, Errno(EINVAL), "BTF has a type in it that is no variable");
  if (var.extra() != BTF_VAR_GLOBAL_ALLOCATED)
    return {};
  const char* const name = btf_.name(var);
  const std::uint32_t number = work_.find_global(name);
  if (number == HashIndex::kNone || work_.symbols[number].symbol.type != STT_OBJECT)
    return fail(subject_, Errno(ENOENT), "there is no global symbol for the variable '%s'", name);
  const elf::Symbol& symbol = work_.symbols[number].symbol;
  const std::uint32_t size = entry(index)[2];
  if (symbol.value > section_size || size > section_size - symbol.value)
    return fail(subject_, Errno(EINVAL),
                "the variable '%s' has %" PRIu32 " bytes at %" PRIu64
                ", but the section ends at %" PRIu64,
                name, size, symbol.value, section_size);
  entry(index)[1] = static_cast<std::uint32_t>(symbol.value);
  if (symbol.visibility == STV_HIDDEN || symbol.visibility == STV_INTERNAL)
    change_.words(var_id)[btf::kHeadWords] = BTF_VAR_STATIC;
  return {};
}

// sort puts the entries in the order of their places. Entries at the same place keep their order.
Result<void> Datasec::sort() {
  bool is_sorted = true;
  for (std::uint32_t index = 1; is_sorted && index < count_; ++index)
    is_sorted = entry(index - 1)[1] <= entry(index)[1];
  if (is_sorted)
    return {};
  struct Variable {
    std::uint32_t words[kEntryWords];
    std::uint32_t before;
  };
  const auto comes_before = [](const Variable& one, const Variable& other) {
    return one.words[1] != other.words[1] ? one.words[1] < other.words[1]
                                          : one.before < other.before;
  };
  Vector<Variable> variables;
  if (!variables.reserve(count_))
    return work_.out_of_memory();
  for (std::uint32_t index = 0; index < count_; ++index) {
    const std::uint32_t* const words = entry(index);
    if (!variables.append({{words[0], words[1], words[2]}, index}))
      return work_.out_of_memory();
  }
  std::sort(variables.begin(), variables.end(), comes_before);
  for (std::uint32_t index = 0; index < count_; ++index)
    std::copy_n(variables[index].words, kEntryWords, entry(index));
  return {};
}

} // namespace

Result<void> read_btf(ParseWork& work) {
  const bool is_needed = work.maps != nullptr || work.has_struct_ops;
  if (work.btf == nullptr) {
    if (is_needed)
      return fail(work.subject, Errno(ENOENT),
                  "it has no BTF, which defines its maps: compile it with -g");
    return {};
  }
  auto types = work.file.contents_copy(*work.btf);
  if (!types)
    return types.error();
  auto btf = btf::Btf::read_kept(std::move(*types), nullptr, work.file.subject_of(*work.btf));
  if (!btf) {
    if (is_needed)
      return btf.error();
    say(LogLevel::warn, work.subject, "goes on without its BTF, which cannot be read");
    return {};
  }
  work.parsed.btf = std::move(*btf);
  work.parsed.btf->set_pointer_size(sizeof(std::uint64_t));
  if (work.btf_ext == nullptr)
    return {};
  const auto content = work.file.contents(*work.btf_ext);
  if (!content)
    return content.error();
  auto ext = btf::Ext::read(content->view(), work.file.subject_of(*work.btf_ext));
  if (!ext)
    return ext.error();
  work.parsed.ext = std::move(*ext);
  return {};
}

Result<void> complete_datasecs(ParseWork& work) {
  if (work.parsed.btf == nullptr)
    return {};
  btf::Btf& btf = *work.parsed.btf;
  btf::Change change(btf);
  if (const auto begun = change.begin_in_place(); !begun)
    return begun;
  for (std::uint32_t id = 1; id < btf.end_id(); ++id)
    if (btf.type(id).is(btf::kDatasec))
      if (const auto completed = Datasec(work, change, id).complete(); !completed)
        return completed;
  return {};
}

} // namespace ringside::object
