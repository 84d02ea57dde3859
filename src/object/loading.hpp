// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Loading: the data that the steps of prepare and load share, and the steps.
#pragma once

#include <cerrno>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "base/arena.hpp"
#include "base/array.hpp"
#include "base/failure.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "kernel/running_types.hpp"
#include "object/object.hpp"
#include "object/relocate.hpp"
#include "os/unique_fd.hpp"

namespace ringside::object {

// TargetType is a type of the kernel or of a module.
struct TargetType {
  const btf::Btf* btf = nullptr;
  std::uint32_t id = 0;
  const kernel::ModuleBtf* module = nullptr; // null: the kernel's own

  [[nodiscard]] int fd() const { return module != nullptr ? module->fd.get() : 0; }
};

// UnresolvedAccess is a CO-RE record that the kernel has no answer to: its instruction is poisoned.
// The verifier may refuse that, and then the log says what it stands for.
struct UnresolvedAccess {
  std::uint32_t program = 0;
  std::uint32_t insn = 0;
  std::string_view what; // "byte_off of 'task_struct.state': no such field; ..."
};

// Loading lives from the first step of prepare to the end of load.
struct Loading {
  explicit Loading(Object& loaded) : object(loaded), subject(loaded.subject()) {}

  Object& object;
  Subject subject;
  Arena memory;

  // The kernel's BTF, if something needs it; its modules' are read when they are first asked for.
  const btf::Btf* kernel = nullptr;
  bool has_modules = false;
  // The token that an object may have without being told has been looked for.
  bool has_looked_for_token = false;
  Vector<kernel::ModuleBtf> modules;

  // What is made is for another kernel, as a loader is: do not ask this one.
  bool is_for_another_kernel = false;
  // Where the globals of the arena begin.
  std::uint64_t arena_offset = 0;

  // By their index in the object.
  Vector<LiveExtern> externs;
  Vector<LiveMap> maps;
  // The instructions of functions that CO-RE has changed; empty: they are as the file has them.
  Vector<std::span<bpf_insn>> changed_code;
  Vector<UnresolvedAccess> unresolved;
  // Of each CO-RE record whether it was carried out, and of each subprogram why one of its was not:
  // that matters if a program that is loaded contains it.
  Vector<bool> carried_out;
  Vector<int> failures;
  // Of each entry program whether its code is final.
  Vector<bool> is_relocated;

  // all_modules reads the modules' BTF, once.
  Result<std::span<const kernel::ModuleBtf>> all_modules();
  // begin_code makes room for what becomes of each function, once.
  Result<void> begin_code();
  // read_kernel reads the kernel's BTF, once.
  Result<void> read_kernel();
  // find_type is a type of the kernel by name and kind, else the first of a module; its btf is null
  // if there is none. With `module` it is looked for in that one alone, or in "vmlinux". The
  // kernel's BTF must have been read.
  Result<TargetType> find_type(const char* name, btf::Kind kind, std::string_view module = {});
  // code_of is the instructions of a function as they are by now.
  [[nodiscard]] std::span<const bpf_insn> code_of(std::uint32_t program) const;
  // is_wanted is whether a function may become a part of a program that is loaded.
  [[nodiscard]] bool is_wanted(std::uint32_t program) const;
};

// The steps of prepare, in their order. Each of them needs those before it.
Result<void> check_order(Loading& loading);
Result<void> make_token(Loading& loading);
Result<void> read_kernel_types(Loading& loading);
Result<void> resolve_kconfig(Loading& loading);
Result<void> resolve_symbols(Loading& loading);
Result<void> lay_out_struct_ops(Loading& loading);
Result<void> relocate_core(Loading& loading);
Result<void> compose_programs(Loading& loading);
Result<void> load_object_btf(Loading& loading);
Result<void> create_maps(Loading& loading);
Result<void> fill_maps_of_maps(Loading& loading);
Result<void> relocate_programs(Loading& loading);

// find_token looks for a token that the object may have without being told: of the bpf file system
// at its usual place. It does so once, and only where the kernel has refused something for want of
// privileges, because a token is of use in a user namespace alone. False if there is none.
bool find_token(Loading& loading);
// put_token puts the object's token, if it has one, into the flags and the descriptor of a request.
void put_token(const Object& object, std::uint32_t& flags, std::uint32_t& fd);
// with_token is what make() returns, which makes something in the kernel by a request with the
// token. Where that is refused with EPERM and a token is found, it is called once more.
template <class Make>
Result<os::UniqueFd> with_token(Loading& loading, std::uint32_t& flags, std::uint32_t& fd,
                                Make make) {
  put_token(loading.object, flags, fd);
  auto made = make();
  if (made || made.error() != Errno(EPERM) || !find_token(loading))
    return made;
  put_token(loading.object, flags, fd);
  return make();
}

// needed_externs is which externs must have a value, by their index: a strong one that no program
// uses which is loaded is as good as a weak one. ENOMEM.
Result<Vector<bool>> needed_externs(const Loading& loading);
// resolve_by_types finds a typed symbol or a function in the BTF of the kernel or of a module, of a
// type that is compatible. It is left unset where it is missing and not needed. ESRCH: it is
// missing; EINVAL: it is of another type; with a message.
Result<void> resolve_by_types(Loading& loading, std::uint32_t index, bool is_needed);
// takes_types is whether the kernel takes types of the keys and values of maps of a type.
bool takes_types(std::uint32_t map_type);
// hide_functions makes global functions static in the BTF that their visibility hides: the verifier
// then looks at them where they are called.
Result<void> hide_functions(Loading& loading);
// knows_declaration_tags is whether the kernel does: Linux 5.16 and later.
Result<bool> knows_declaration_tags(Loading& loading);
// put_kind_flags adds what a program's section says about loading it, except the target to attach
// to. With `newest`, assume that the kernel has all features that this library knows.
void put_kind_flags(Program& program, bpf::ProgLoadAttr& attr, bool newest);

// And those of load.
// complete_programs does for programs that were switched on after prepare what that has done for
// the others.
Result<void> complete_programs(Loading& loading);
Result<void> load_programs(Loading& loading);
Result<void> fill_program_slots(Loading& loading);
Result<void> fill_struct_ops(Loading& loading);

} // namespace ringside::object
