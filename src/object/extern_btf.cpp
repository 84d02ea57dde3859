// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The BTF of an object's externs, in a form that the kernel accepts: it refuses a DATASEC with
// extern variables or functions.
#include <algorithm>
#include <cerrno>
#include <cinttypes>

#include <linux/btf.h>

#include "btf/change.hpp"
#include "btf/edit.hpp"
#include "object/parse_work.hpp"

namespace ringside::object {
namespace {

constexpr std::uint32_t kWordSize = 4;

// Entry points to one entry of a DATASEC: the VAR, its offset and its size.
struct Entry {
  std::uint32_t* words;

  [[nodiscard]] std::uint32_t& type() const { return words[0]; }
  [[nodiscard]] std::uint32_t& offset() const { return words[1]; }
  [[nodiscard]] std::uint32_t& size() const { return words[2]; }
};

// ExternBtf changes the DATASECs of externs.
class ExternBtf {
public:
  explicit ExternBtf(ParseWork& work) : work_(work), btf_(*work.parsed.btf), change_(btf_) {}

  Result<void> run();

private:
  Result<void> index_externs();
  [[nodiscard]] const Extern* extern_of(std::uint32_t var_id) const {
    const std::uint32_t number =
        by_var_.find(hash_bytes(&var_id, sizeof(var_id)), [&](std::uint32_t index) {
          return work_.parsed.externs[index].var_id == var_id;
        });
    return number != HashIndex::kNone ? &work_.parsed.externs[number] : nullptr;
  }
  [[nodiscard]] Entry entry(std::uint32_t datasec, std::uint32_t index) {
    return {change_.element(datasec, index)};
  }
  Result<void> change_kconfig(std::uint32_t datasec);
  Result<void> change_ksyms(std::uint32_t datasec);
  Result<void> find_int();
  Result<std::uint32_t> dummy();
  Result<void> change_function(std::uint32_t id);

  ParseWork& work_;
  btf::Btf& btf_;
  btf::Change change_;
  HashIndex by_var_;
  std::uint32_t int_id_ = 0;
  std::uint32_t dummy_id_ = 0;
};

Result<void> ExternBtf::index_externs() {
  const Vector<Extern>& externs = work_.parsed.externs;
  for (std::uint32_t index = 0; index < externs.size(); ++index) {
    const std::uint32_t id = externs[index].var_id;
    if (const auto added = by_var_.insert(hash_bytes(&id, sizeof(id)), index); !added)
      return work_.out_of_memory();
  }
  return {};
}

Result<void> ExternBtf::change_kconfig(std::uint32_t datasec) {
  const std::uint32_t count = btf_.type(datasec).elements();
  for (std::uint32_t index = 0; index < count; ++index) {
    const Entry entry = this->entry(datasec, index);
    const Extern* const external = extern_of(entry.type());
    // An extern that no program uses has no symbol, and no place in the map.
    if (external == nullptr)
      continue;
    entry.offset() = external->offset;
    entry.size() = external->size;
    change_.words(entry.type())[btf::kHeadWords] = BTF_VAR_GLOBAL_ALLOCATED;
  }
  change_.words(datasec)[btf::kTargetWord] = work_.kconfig_size;
  return {};
}

// find_int finds an integer of 32 bits, or adds one.
Result<void> ExternBtf::find_int() {
  for (std::uint32_t id = 1; id < btf_.end_id() && int_id_ == 0; ++id) {
    const btf::Type type = btf_.type(id);
    if (type.is(btf::kInt) && type.size() == kWordSize)
      int_id_ = id;
  }
  if (int_id_ != 0)
    return {};
  const auto added = btf::add_int(btf_, "int", kWordSize, BTF_INT_SIGNED);
  if (!added)
    return added.error();
  int_id_ = *added;
  return {};
}

// dummy is the VAR that stands for functions, which cannot be in a DATASEC.
Result<std::uint32_t> ExternBtf::dummy() {
  if (dummy_id_ == 0) {
    const auto added =
        btf::add_var(btf_, "dummy_ksym", BTF_VAR_GLOBAL_ALLOCATED, static_cast<int>(int_id_));
    if (!added)
      return added.error();
    dummy_id_ = *added;
  }
  return dummy_id_;
}

// change_function makes an extern function a global one. Its parameters need names then.
Result<void> ExternBtf::change_function(std::uint32_t id) {
  const auto dummy_id = dummy();
  if (!dummy_id)
    return dummy_id.error();
  const std::uint32_t name = btf_.type(*dummy_id).name();
  change_.words(id)[btf::kInfoWord] = btf::info_of(btf::kFunc, BTF_FUNC_GLOBAL);
  const btf::Type prototype = btf_.type(btf_.type(id).target());
  for (std::uint32_t index = 0; index < prototype.elements(); ++index) {
    const btf::Parameter parameter = prototype.parameter(index);
    const bool is_ellipsis = parameter.type == 0;
    const char* const text = btf_.string(parameter.name);
    if (!is_ellipsis && (text == nullptr || text[0] == '\0'))
      *change_.element(btf_.type(id).target(), index) = name;
  }
  return {};
}

Result<void> ExternBtf::change_ksyms(std::uint32_t datasec) {
  if (const auto found = find_int(); !found)
    return found;
  const std::uint32_t count = btf_.type(datasec).elements();
  for (std::uint32_t index = 0; index < count; ++index) {
    const std::uint32_t id = entry(datasec, index).type();
    const Extern* const external = extern_of(id);
    if (external == nullptr)
      return fail(work_.subject, Errno(ESRCH),
                  "section '.ksyms' lists '%s', which the object does not use as an extern: it is "
                  "damaged",
                  btf_.name(btf_.type(id)));
    std::uint32_t var_id = id;
    if (external->kind == Extern::Kind::function) {
      if (const auto changed = change_function(id); !changed)
        return changed;
      var_id = dummy_id_;
    } else {
      change_.words(id)[btf::kHeadWords] = BTF_VAR_GLOBAL_ALLOCATED;
      change_.words(id)[btf::kTargetWord] = int_id_;
    }
    const Entry changed = entry(datasec, index);
    changed.type() = var_id;
    changed.offset() = index * kWordSize;
    changed.size() = kWordSize;
  }
  change_.words(datasec)[btf::kTargetWord] = count * kWordSize;
  return {};
}

Result<void> ExternBtf::run() {
  if (const auto indexed = index_externs(); !indexed)
    return indexed;
  if (const auto begun = change_.begin(); !begun)
    return begun;
  const std::uint32_t end = btf_.end_id();
  for (std::uint32_t id = 1; id < end; ++id) {
    const btf::Type type = btf_.type(id);
    if (!type.is(btf::kDatasec))
      continue;
    const std::string_view name = btf_.name(type);
    Result<void> changed;
    if (name == ".kconfig")
      changed = change_kconfig(id);
    else if (name == ".ksyms")
      changed = change_ksyms(id);
    if (!changed)
      return changed;
  }
  return {};
}

} // namespace

Result<void> declare_externs(ParseWork& work) {
  if (work.parsed.externs.empty())
    return {};
  return ExternBtf(work).run();
}

} // namespace ringside::object
