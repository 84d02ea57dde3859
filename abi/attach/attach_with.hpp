// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// attach_with: how functions that attach read their options and give a link.
#pragma once

#include <utility>

#include "abi/boundary/options.hpp"
#include "abi/object/handles.hpp"
#include "object/attaching.hpp"

namespace ringside {

inline bpf_link* give_link(const Entry& entry, Result<Owned<attach::Link>> link) {
  return handle<bpf_link>(entry.leave(std::move(link)));
}

// attach_alone gives the link that attach(program) makes.
template <class Attach>
bpf_link* attach_alone(const bpf_program* prog, Attach attach) {
  const Entry entry;
  const object::Attachable program(core(prog));
  return give_link(entry, attach(program.program()));
}

// attach_with is the same for attach(program, options), which is not called with wrong options.
template <class Opts, class Attach>
bpf_link* attach_with(const bpf_program* prog, const Opts* opts, Attach attach) {
  const Entry entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail_null<bpf_link>(options.error());
  const object::Attachable program(core(prog));
  return give_link(entry, attach(program.program(), *options));
}

} // namespace ringside
