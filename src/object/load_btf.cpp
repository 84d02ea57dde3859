// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Loading the object's BTF: as it is, or, if the kernel refuses that, without newer kinds of types.
#include <algorithm>
#include <cerrno>

#include <linux/btf.h>

#include "bpf/btf_load.hpp"
#include "bpf/new_uapi.hpp"
#include "btf/change.hpp"
#include "btf/edit.hpp"
#include "kernel/refusal.hpp"
#include "object/btf_for_kernel.hpp"
#include "object/loading.hpp"

namespace ringside::object {
namespace {

// load loads a BTF. The kernel's log goes where the settings say.
Result<os::UniqueFd> load(Loading& loading, const btf::Btf& btf, const Settings& settings) {
  const auto bytes = btf.bytes(kNativeOrder);
  if (!bytes)
    return bytes.error();
  bpf::BtfLoadAttr attr{.btf = bytes->data(),
                        .btf_log_buf = settings.log.data(),
                        .btf_size = static_cast<std::uint32_t>(bytes->size()),
                        .btf_log_size = static_cast<std::uint32_t>(settings.log.size()),
                        .btf_log_level = settings.log_level != 0 ? 1U : 0U};
  return with_token(loading, attr.btf_flags, attr.btf_token_fd,
                    [&] { return bpf::load_btf(attr); });
}

// knows is whether the kernel accepts a BTF with one type of the kind in it.
template <class Add>
Result<bool> knows(Loading& loading, Add add) {
  auto made = btf::Btf::empty(nullptr);
  if (!made)
    return made.error();
  btf::Btf& small = **made;
  const auto number = btf::add_int(small, "int", sizeof(std::uint32_t), BTF_INT_SIGNED);
  if (!number)
    return number.error();
  if (const Result<void> added = add(small, static_cast<int>(*number)); !added)
    return added.error();
  return static_cast<bool>(load(loading, small, {}));
}

Result<void> only_error(const Result<std::uint32_t>& id) {
  return id ? Result<void>() : Result<void>(id.error());
}

Result<void> add_function(btf::Btf& btf, int number, std::uint32_t linkage) {
  const auto prototype = btf::add_prototype(btf, number);
  return prototype ? only_error(btf::add_func(btf, "f", linkage, static_cast<int>(*prototype)))
                   : Result<void>(prototype.error());
}

Result<void> add_section(btf::Btf& btf, int number, const char* name) {
  const auto var = btf::add_var(btf, "v", BTF_VAR_GLOBAL_ALLOCATED, number);
  if (!var)
    return var.error();
  if (const auto section = btf::add_datasec(btf, name, sizeof(std::uint32_t)); !section)
    return section.error();
  return btf::add_variable(btf, static_cast<int>(*var), 0, sizeof(std::uint32_t));
}

Result<void> add_tag(btf::Btf& btf, int number) {
  const auto var = btf::add_var(btf, "v", BTF_VAR_STATIC, number);
  return var ? only_error(btf::add_decl_tag(btf, "tag", static_cast<int>(*var), -1))
             : Result<void>(var.error());
}

// A row says how to find out whether the kernel knows what the member is about.
struct MemberRow {
  bool BtfSupport::*member;
  Result<void> (*add)(btf::Btf& btf, int number);
};
constexpr MemberRow kMemberRows[] = {
    {&BtfSupport::functions,
     [](btf::Btf& btf, int number) { return add_function(btf, number, BTF_FUNC_STATIC); }},
    {&BtfSupport::global_functions,
     [](btf::Btf& btf, int number) { return add_function(btf, number, BTF_FUNC_GLOBAL); }},
    {&BtfSupport::datasec,
     [](btf::Btf& btf, int number) { return add_section(btf, number, ".data"); }},
    {&BtfSupport::question_mark,
     [](btf::Btf& btf, int number) { return add_section(btf, number, "?.data"); }},
    {&BtfSupport::floats,
     [](btf::Btf& btf, int) { return only_error(btf::add_float(btf, "float", 4)); }},
    {&BtfSupport::decl_tags, add_tag},
    {&BtfSupport::type_tags,
     [](btf::Btf& btf, int number) {
       const auto tag = btf::add_reference(btf, btf::kTypeTag, "tag", number);
       return tag ? only_error(btf::add_reference(btf, btf::kPtr, nullptr, static_cast<int>(*tag)))
                  : Result<void>(tag.error());
     }},
    {&BtfSupport::enum64,
     [](btf::Btf& btf, int) {
       return only_error(btf::add_enum(btf, btf::kEnum64, nullptr, 8, false));
     }},
};

// load_adapted loads a copy in which all that the kernel does not know is replaced.
Result<os::UniqueFd> load_adapted(Loading& loading, Errno refused) {
  const btf::Btf& btf = *loading.object.btf();
  const BtfSupport needed = needs(btf);
  BtfSupport kernel;
  for (const MemberRow& row : kMemberRows) {
    if (!(needed.*row.member))
      continue;
    const auto known = knows(loading, row.add);
    if (!known)
      return known.error();
    kernel.*row.member = *known;
  }
  if (kernel == BtfSupport())
    return refused;
  const auto bytes = btf.bytes(kNativeOrder);
  if (!bytes)
    return bytes.error();
  auto copy = btf::Btf::read(*bytes, nullptr, loading.subject);
  if (!copy)
    return copy.error();
  if (const auto adapted = adapt(**copy, kernel); !adapted)
    return adapted.error();
  return load(loading, **copy, loading.object.settings());
}

} // namespace

Result<bool> knows_declaration_tags(Loading& loading) {
  return loading.is_for_another_kernel ? Result(true) : knows(loading, add_tag);
}

Result<void> hide_functions(Loading& loading) {
  const Parsed& parsed = loading.object.parsed();
  btf::Btf& btf = *parsed.btf;
  const bool any =
      std::any_of(parsed.programs.begin(), parsed.programs.end(), [](const ParsedProgram& program) {
        return program.is_subprogram && program.is_hidden;
      });
  if (!any)
    return {};
  btf::Change change(btf);
  if (const auto begun = change.begin_in_place(); !begun)
    return begun;
  for (const ParsedProgram& program : parsed.programs) {
    if (!program.is_subprogram || !program.is_hidden)
      continue;
    const auto id = btf.find(program.name.data(), btf::kFunc);
    if (id && btf.type(*id).elements() == BTF_FUNC_GLOBAL)
      change.words(*id)[btf::kInfoWord] = btf::info_of(btf::kFunc, BTF_FUNC_STATIC);
  }
  return {};
}

Result<void> load_object_btf(Loading& loading) {
  btf::Btf* const btf = loading.object.btf();
  const auto maps = loading.object.maps();
  const bool is_needed =
      std::any_of(maps.begin(), maps.end(), [](const Map& map) { return map.is_struct_ops(); });
  if (btf == nullptr)
    return {};
  if (const auto hidden = hide_functions(loading); !hidden)
    return hidden;
  auto fd = load(loading, *btf, loading.object.settings());
  if (!fd && fd.error() != Errno(ENOMEM))
    fd = load_adapted(loading, fd.error());
  if (fd) {
    btf->set_fd(fd->get());
    loading.object.set_btf_fd(std::move(*fd));
    return {};
  }
  if (is_needed)
    return kernel::refused(loading.subject, {"loading its BTF", kernel::RefusedCall::bpf_make},
                           fd.error());
  say(LogLevel::info, loading.subject,
      "goes on without BTF in the kernel, which refused it: error %d", fd.error().value());
  return {};
}

} // namespace ringside::object
