// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What a program is attached to, and its records of functions and of source lines.
#include <cerrno>

#include "abi/object/handles.hpp"

using ringside::Called;
using ringside::core;
using ringside::Entry;
using ringside::Errno;
using ringside::is_foreign;
using ringside::pass_on;
using ringside::Vector;
using ringside::object::Code;

namespace {

// Records is those of one kind, if the file's have the size that the interface knows.
struct Records {
  const Vector<std::uint32_t>* words = nullptr;
  std::uint32_t count = 0;
};

template <class Record>
Records records_of(const bpf_program* prog, Vector<std::uint32_t> Code::*words,
                   std::uint32_t Code::*size) {
  const Code* const code = core(prog).code();
  if (code == nullptr || (code->*size) * sizeof(std::uint32_t) != sizeof(Record))
    return {};
  return {&(code->*words), static_cast<std::uint32_t>((code->*words).size() / (code->*size))};
}

template <class Record>
Record* leave(const Records& records) {
  const Entry entry;
  if (records.words == nullptr)
    return entry.fail_null<Record>(Errno(EOPNOTSUPP));
  // They are words of the same size and order.
  return entry.give(reinterpret_cast<Record*>(const_cast<std::uint32_t*>(records.words->data())));
}

Records functions_of(const bpf_program* prog) {
  return records_of<bpf_func_info>(prog, &Code::functions, &Code::function_words);
}

Records lines_of(const bpf_program* prog) {
  return records_of<bpf_line_info>(prog, &Code::lines, &Code::line_words);
}

} // namespace

extern "C" LIBBPF_API int bpf_program__set_attach_target(struct bpf_program* prog,
                                                         int attach_prog_fd,
                                                         const char* attach_func_name) {
  if (is_foreign(prog))
    return pass_on(bpf_program__set_attach_target, Called(), prog, attach_prog_fd,
                   attach_func_name);
  const Entry entry;
  if (prog == nullptr)
    return entry.fail(ringside::fail("program", Errno(EINVAL), "it is NULL"));
  return entry.leave(core(prog).set_attach_target(attach_prog_fd, attach_func_name));
}

extern "C" LIBBPF_API struct bpf_func_info* bpf_program__func_info(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__func_info, Called(), prog);
  return leave<bpf_func_info>(functions_of(prog));
}

extern "C" LIBBPF_API __u32 bpf_program__func_info_cnt(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__func_info_cnt, Called(), prog);
  return functions_of(prog).count;
}

extern "C" LIBBPF_API struct bpf_line_info* bpf_program__line_info(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__line_info, Called(), prog);
  return leave<bpf_line_info>(lines_of(prog));
}

extern "C" LIBBPF_API __u32 bpf_program__line_info_cnt(const struct bpf_program* prog) {
  if (is_foreign(prog))
    return pass_on(bpf_program__line_info_cnt, Called(), prog);
  return lines_of(prog).count;
}
