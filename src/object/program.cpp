// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A program before the kernel has it: what its section says, and its plan.
#include "object/program.hpp"

#include <algorithm>
#include <cerrno>
#include <cinttypes>

#include "base/text.hpp"
#include "kernel/program_btf.hpp"
#include "kernel/refusal.hpp"
#include "object/loading.hpp"
#include "os/file.hpp"

namespace ringside::object {

void Program::begin(Object& object, std::uint32_t index) {
  object_ = &object;
  index_ = index;
  plan_.autoload = parsed().autoload;
  plan_.log_level = object.settings().log_level;
}

const ParsedProgram& Program::parsed() const {
  return object_->parsed().programs[index_];
}

Result<void> Program::find_kind() {
  handler_ = find_handler(parsed().section);
  if (handler() == nullptr)
    kind_ = find_section_kind(parsed().section);
  if (handler() == nullptr && kind_ == nullptr)
    handler_ = find_fallback();
  if (kind_ != nullptr) {
    plan_.type = kind_->prog_type;
    plan_.attach_type = kind_->attach_type;
  }
  if (handler() == nullptr)
    return {};
  plan_.type = handler()->prog_type;
  plan_.attach_type = handler()->attach_type;
  return handler()->set_up != nullptr ? handler()->calls->set_up(*handler(), *this)
                                      : Result<void>();
}

bool Program::is_too_late() const {
  return object_->phase() == Phase::loaded;
}

Errno Program::refuse(Errno error) const {
  const Subject object = object_->subject();
  return fail(Subject(object, "prog", name()), error,
              "it cannot be changed any more: the object is loaded");
}

Result<void> Program::set_type(std::uint32_t type) {
  if (is_too_late())
    return refuse(Errno(EBUSY));
  // The section's name says nothing about a program of another type.
  if (type != plan_.type && (handler() == nullptr || !handler()->is_fallback)) {
    kind_ = nullptr;
    handler_ = {};
  }
  plan_.type = type;
  return {};
}

Result<void> Program::set_log(char* buffer, std::size_t size) {
  if (is_too_late())
    return refuse(Errno(EBUSY));
  const Subject object = object_->subject();
  const Subject subject(object, "prog", name());
  if (size != 0 && buffer == nullptr)
    return fail(subject, Errno(EINVAL), "its log has a size of %zu, but no buffer", size);
  if (size > UINT32_MAX)
    return fail(subject, Errno(EINVAL), "a log of %zu bytes is larger than the kernel can write",
                size);
  plan_.log = {buffer, size};
  return {};
}

Result<void> Program::set_attach_target(int program_fd, const char* target) {
  const Subject object = object_->subject();
  const Subject subject(object, "prog", name());
  if (program_fd < 0)
    return fail(subject, Errno(EINVAL), "the program to attach to has no descriptor below 0");
  if (is_too_late())
    return refuse(Errno(EINVAL));
  if (program_fd == 0 && target == nullptr)
    return fail(subject, Errno(EINVAL), "neither a program nor a function to attach to is given");
  if (program_fd != 0) {
    if (target != nullptr) {
      const auto id = kernel::find_in_program(program_fd, target, subject);
      if (!id)
        return id.error();
      plan_.attach_btf_id = *id;
    }
    plan_.attach_program_fd = program_fd;
    return {};
  }
  Loading loading(*object_);
  const auto found = find_kernel_target(loading, plan_.attach_type, target, subject);
  if (!found)
    return found.error();
  auto kept_name = copy_of(target);
  if (!kept_name)
    return no_memory(subject, "the name of its target");
  target_name_ = std::move(*kept_name);
  plan_.attach_btf_id = found->id;
  plan_.attach_btf_fd = 0;
  if (found->fd == 0)
    return {};
  // The module's BTF must stay open until the program is loaded.
  auto copy = os::duplicate(found->fd);
  if (!copy)
    return kernel::refused(subject, {"keeping the BTF of a module"}, copy.error());
  const auto kept = object_->keep_fd(std::move(*copy));
  if (!kept)
    return kept.error();
  plan_.attach_btf_fd = *kept;
  return {};
}

Result<void> Program::set_insns(std::span<const bpf_insn> insns) {
  if (is_too_late())
    return refuse(Errno(EBUSY));
  // These replace what prepare has made of the program, if it has.
  Vector<bpf_insn> copy;
  if (!copy.append_all(insns))
    return no_memory(object_->subject(), "instructions that were set");
  if (code_ != nullptr)
    code_->insns = std::move(copy);
  else
    own_insns_ = std::move(copy);
  return {};
}

Result<void> Program::set_code(Code code) {
  code_ = make<Code>(std::move(code));
  if (code_ == nullptr)
    return no_memory(object_->subject(), "its instructions");
  return {};
}

std::span<const bpf_insn> Program::insns() const {
  if (code_ != nullptr)
    return {code_->insns.begin(), code_->insns.size()};
  if (own_insns_.size() != 0)
    return {own_insns_.begin(), own_insns_.size()};
  return parsed().code;
}

void Program::unload() {
  fd_ = {};
  if (code_ == nullptr)
    return;
  code_->functions.clear();
  code_->lines.clear();
}

} // namespace ringside::object
