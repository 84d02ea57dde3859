// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Program: an entry program of an object, from what the file says to what the kernel has.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include <linux/bpf.h>

#include "base/array.hpp"
#include "base/failure.hpp"
#include "base/handle_mark.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "bpf/attr.hpp"
#include "bpf/new_uapi.hpp"
#include "object/attach_target.hpp"
#include "object/compose.hpp"
#include "object/handlers.hpp"
#include "object/parsed.hpp"
#include "object/plan.hpp"
#include "object/section_kinds.hpp"
#include "os/unique_fd.hpp"

namespace ringside::object {

class Object;
struct Loading;

class Program : public HandleMark {
public:
  // begin makes it the function number `index` of an object.
  void begin(Object& object, std::uint32_t index);
  // find_kind says what the section's name means: first by the handlers that the process has
  // registered, then by the table. Errors are those of a handler.
  Result<void> find_kind();

  [[nodiscard]] Object& object() const { return *object_; }
  // index is that among all functions of the object.
  [[nodiscard]] std::uint32_t index() const { return index_; }
  [[nodiscard]] const ParsedProgram& parsed() const;
  // These end with a NUL.
  [[nodiscard]] const char* name() const { return parsed().name.data(); }
  [[nodiscard]] const char* section() const { return parsed().section.data(); }

  // kind is what the section's name means, handler what the process has registered for it. Each is
  // null if there is no such thing, or if another type was set.
  [[nodiscard]] const SectionKind* kind() const { return kind_; }
  [[nodiscard]] const Handler* handler() const { return handler_.get(); }

  [[nodiscard]] const ProgramPlan& plan() const { return plan_; }
  // Setters. They fail with EBUSY, or the error that is given, once the object is loaded.
  template <class Member>
  Result<void> set(Member ProgramPlan::*member, std::type_identity_t<Member> value,
                   Errno too_late = Errno(EBUSY)) {
    if (is_too_late())
      return refuse(too_late);
    plan_.*member = value;
    return {};
  }
  Result<void> set_type(std::uint32_t type);
  // EINVAL: a size without a buffer, or a larger one than the kernel can be told.
  Result<void> set_log(char* buffer, std::size_t size);
  // set_target says what the program is for, and how it is attached.
  void set_target(const AttachTarget& target, std::uint32_t attach_type) {
    plan_.attach_btf_id = target.id;
    plan_.attach_btf_fd = target.fd;
    plan_.attach_type = attach_type;
  }
  // attach_to_many has the program loaded for links of many uprobes.
  void attach_to_many() { plan_.attach_type = bpf::kTraceUprobeMulti; }
  // set_attach_target names the function that the program is for: of the program behind a
  // descriptor, or with 0 of the kernel, where a module may stand before it with a colon. EINVAL;
  // ESRCH; ENOENT: see bpf_program__set_attach_target.
  Result<void> set_attach_target(int program_fd, const char* target);
  // target_name is the name that was set, for the kernel; null if none was.
  [[nodiscard]] const char* target_name() const {
    return target_name_.size() != 0 ? target_name_.data() : nullptr;
  }
  Result<void> set_insns(std::span<const bpf_insn> insns);

  [[nodiscard]] bool autoattach() const { return autoattach_; }
  void set_autoattach(bool autoattach) { autoattach_ = autoattach; }
  [[nodiscard]] std::uint32_t ifindex() const { return ifindex_; }
  void set_ifindex(std::uint32_t ifindex) { ifindex_ = ifindex; }

  // insns is the instructions as they are now; once the object is prepared, those of functions that
  // the program calls are behind its own.
  [[nodiscard]] std::span<const bpf_insn> insns() const;
  // code is what prepare made of the program, or null.
  [[nodiscard]] Code* code() const { return code_.get(); }
  Result<void> set_code(Code code);

  // load has the kernel take the program. Errors, with a message: EINVAL if it has no type, what
  // its handler or the search for its target fails with, and the kernel's.
  Result<void> load(Loading& loading);

  // clone has the kernel take the program once more, for the caller: with the members of `change`
  // that are not 0 in place of its own, and with that log alone. EINVAL: the object is not
  // prepared; records without a count or a size; else as load.
  Result<os::UniqueFd> clone(const bpf::ProgLoadAttr& change, int attempts);
  // check_plan fails if the program cannot be loaded at all. planned_attr is the request to load
  // it, before its section's name and its handler add to it.
  Result<void> check_plan(const Subject& subject) const;
  [[nodiscard]] bpf::ProgLoadAttr planned_attr() const;
  // ask_handler lets its handler change what it is loaded with, and its instructions.
  Result<void> ask_handler(bpf::ProgLoadAttr& attr, const Subject& subject);

  // pin and unpin give the loaded program a name in a bpf file system, and remove it. EINVAL: it is
  // not loaded; what kernel::pin and kernel::unpin fail with.
  Result<void> pin(const char* path);
  Result<void> unpin(const char* path);

  // fd is -1 if the kernel does not have it. unload lets go of it, and of the records.
  [[nodiscard]] int fd() const { return fd_.get(); }
  void unload();

private:
  [[nodiscard]] bool is_too_late() const;
  [[nodiscard]] Errno refuse(Errno error) const;
  Result<void> bind_constants(const Subject& subject);

  Object* object_ = nullptr;
  std::uint32_t index_ = 0;
  const SectionKind* kind_ = nullptr;
  SharedHandler handler_;
  ProgramPlan plan_;
  bool autoattach_ = true;
  std::uint32_t ifindex_ = 0;
  Array<char> target_name_;
  Vector<bpf_insn> own_insns_; // that were set
  Owned<Code> code_;
  os::UniqueFd fd_;
};

} // namespace ringside::object
