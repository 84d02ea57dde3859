// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Attaching as the name of the section says.
#include <cerrno>

#include "abi/attach/attach_with.hpp"

using ringside::Called;
using ringside::core;
using ringside::Entry;
using ringside::Errno;
using ringside::fail;
using ringside::give_link;
using ringside::is_foreign;
using ringside::pass_on;
using ringside::Result;
namespace attach = ringside::attach;
namespace object = ringside::object;

namespace {

Result<ringside::Owned<attach::Link>> attach_by_name(const object::Program& program) {
  const object::Attachable attachable(program);
  const ringside::Subject& subject = attachable.program().subject;
  if (!object::can_attach(program))
    return fail(
        subject, Errno(EOPNOTSUPP),
        "its section '%s' does not say how it is attached: use the function for programs of "
        "its type",
        program.section());
  if (const auto loaded = attach::must_be_loaded(attachable.program()); !loaded)
    return loaded.error();
  auto link = object::attach_by_section(program);
  if (link && *link == nullptr)
    return fail(subject, Errno(EOPNOTSUPP),
                "its section '%s' does not say to what it is attached: use the function for "
                "programs of its type",
                program.section());
  return link;
}

} // namespace

extern "C" LIBBPF_API struct bpf_link* bpf_program__attach(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__attach, Called(), prog);
  const Entry entry;
  return give_link(entry, attach_by_name(core(prog)));
}

extern "C" LIBBPF_API struct bpf_link* bpf_map__attach_struct_ops(const struct bpf_map* map) {
  if (is_foreign(map))
    return pass_on(bpf_map__attach_struct_ops, Called(), map);
  const Entry entry;
  return give_link(entry, object::attach_map(core(map)));
}
