// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Bpf: the commands of bpf() that concern programs, and programs at work.

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "sim/kernel/bpf/bpf.hpp"
#include "sim/kernel/bpf/pointers.hpp"
#include "sim/kernel/host.hpp"

namespace ringside::sim {
namespace {

constexpr std::size_t kMaxTracepointArguments = 12;

// Some that tools attach to; others do not exist here.
constexpr std::string_view kTracepoints[] = {
    "sys_enter",          "sys_exit",           "sched_switch",       "sched_wakeup",
    "sched_process_exec", "sched_process_exit", "sched_process_fork", "task_newtask",
    "irq_handler_entry",  "irq_handler_exit",   "kfree_skb",          "signal_deliver",
};

struct BtfHeader {
  std::uint16_t magic;
  std::uint8_t version;
  std::uint8_t flags;
  std::uint32_t header_size;
};
constexpr std::uint16_t kBtfMagic = 0xeb9f;

constexpr std::int32_t kLastHelper = 211; // BPF_FUNC_cgrp_storage_delete: there will be no more

void write_log(const bpf_attr& attr, const char* text) {
  if (attr.log_level != 0 && attr.log_buf != 0)
    std::snprintf(pointer<char>(attr.log_buf), attr.log_size, "%s", text);
}

} // namespace

std::uint32_t Bpf::add_module(const char* name, std::span<const std::byte> btf) {
  const auto lock = core_.enter();
  const auto id = static_cast<std::uint32_t>(core_.next_id++);
  modules_.push_back(std::make_shared<BtfFile>(id, btf, name));
  btfs_.add(id, modules_.back());
  return id;
}

int Bpf::check_functions(const bpf_attr& attr, std::span<const bpf_insn> insns) const {
  for (const bpf_insn& insn : insns) {
    if (insn.code != (BPF_JMP | BPF_CALL) || insn.src_reg != BPF_PSEUDO_KFUNC_CALL || insn.off == 0)
      continue;
    if (insn.off < 0)
      return -EINVAL;
    if (attr.fd_array == 0)
      return -EPROTO;
    const std::shared_ptr<File> file =
        core_.descriptors.find(pointer<const int>(attr.fd_array)[insn.off]);
    if (std::find(modules_.begin(), modules_.end(), file) == modules_.end())
      return -EBADF;
  }
  return 0;
}

std::string Bpf::refusal(std::span<const bpf_insn> insns) const {
  for (const bpf_insn& insn : insns)
    if (!has_variables_ && insn.code == (BPF_LD | BPF_IMM | BPF_DW) &&
        insn.src_reg == BPF_PSEUDO_MAP_VALUE)
      return "unrecognized bpf_ld_imm64 insn\n";
  for (const bpf_insn& insn : insns)
    if (insn.code == (BPF_JMP | BPF_CALL) && insn.src_reg == 0 && insn.imm > kLastHelper) {
      const std::string helper = "unknown#" + std::to_string(insn.imm) + "\n";
      return std::to_string(&insn - insns.data()) + ": (85) call " + helper + "invalid func " +
             helper;
    }
  return {};
}

long Bpf::load_program(const bpf_attr& attr, bpf_attr& /*caller*/) {
  std::shared_ptr<Program> program;
  auto find = [this](int fd, std::shared_ptr<Map>& map) { return find_map(fd, map); };
  if (int error = Program::load(attr, static_cast<std::uint32_t>(core_.next_id++), find, program))
    return error;
  if (int error = check_functions(attr, program->insns))
    return error;
  if (const std::string why = refusal(program->insns); !why.empty()) {
    write_log(attr, why.c_str());
    return -EINVAL;
  }
  write_log(attr, "not verified: a simulated kernel\n");
  programs_.add(program->id, program);
  return open_program(std::move(program));
}

int Bpf::find_program(int fd, std::shared_ptr<Program>& program) {
  std::shared_ptr<File> any = core_.descriptors.find(fd);
  host::Identity identity;
  if (!any && !host::identify(fd, identity))
    return -EBADF;
  auto file = std::dynamic_pointer_cast<ProgramFile>(any);
  if (!file)
    return -EINVAL;
  program = file->program();
  return 0;
}

long Bpf::attach_program(const bpf_attr& attr, bpf_attr& /*caller*/) {
  std::shared_ptr<Program> program;
  if (int error = find_program(static_cast<int>(attr.raw_tracepoint.prog_fd), program))
    return error;
  const auto* name = pointer<const char>(attr.raw_tracepoint.name);
  if (program->type != BPF_PROG_TYPE_RAW_TRACEPOINT || name == nullptr)
    return -EINVAL;
  if (std::find(std::begin(kTracepoints), std::end(kTracepoints), name) == std::end(kTracepoints))
    return -ENOENT;
  const auto id = static_cast<std::uint32_t>(core_.next_id++);
  auto link = std::make_shared<LinkFile>(id, BPF_LINK_TYPE_RAW_TRACEPOINT, std::move(program));
  links_.add(id, link);
  link_ = link;
  return open_link(std::move(link));
}

long Bpf::create_link(const bpf_attr& attr, bpf_attr& /*caller*/) {
  std::shared_ptr<Program> program;
  if (int error = find_program(static_cast<int>(attr.link_create.prog_fd), program))
    return error;
  std::shared_ptr<File> target;
  if (attr.link_create.attach_type == BPF_PERF_EVENT) {
    target = core_.descriptors.find_as<PerfEvent>(static_cast<int>(attr.link_create.target_fd));
    if (!target)
      return -EBADF;
  }
  const auto id = static_cast<std::uint32_t>(core_.next_id++);
  const std::uint32_t type = target ? BPF_LINK_TYPE_PERF_EVENT : BPF_LINK_TYPE_UNSPEC;
  auto link = std::make_shared<LinkFile>(id, type, std::move(program), std::move(target));
  links_.add(id, link);
  return open_link(std::move(link));
}

long Bpf::update_link(const bpf_attr& attr, bpf_attr& /*caller*/) {
  const auto link = core_.descriptors.find_as<LinkFile>(static_cast<int>(attr.link_update.link_fd));
  if (!link)
    return -EBADF;
  std::shared_ptr<Program> program;
  if (int error = find_program(static_cast<int>(attr.link_update.new_prog_fd), program))
    return error;
  return link->replace(std::move(program));
}

long Bpf::detach_link(const bpf_attr& attr, bpf_attr& /*caller*/) {
  const auto link = core_.descriptors.find_as<LinkFile>(static_cast<int>(attr.link_detach.link_fd));
  if (!link)
    return -EBADF;
  link->detach();
  return 0;
}

long Bpf::run_program(const bpf_attr& attr, bpf_attr& caller) {
  std::shared_ptr<Program> program;
  if (int error = find_program(static_cast<int>(attr.test.prog_fd), program))
    return error;
  if (program->type != BPF_PROG_TYPE_RAW_TRACEPOINT)
    return -kNotSupported;
  if (attr.test.data_in != 0 || attr.test.data_out != 0 || attr.test.ctx_out != 0 ||
      attr.test.duration != 0 || attr.test.repeat != 0 || attr.test.batch_size != 0)
    return -EINVAL;
  std::uint64_t arguments[kMaxTracepointArguments] = {};
  bool on_cpu = (attr.test.flags & BPF_F_TEST_RUN_ON_CPU) != 0;
  if (attr.test.ctx_size_in > sizeof(arguments) || (!on_cpu && attr.test.cpu != 0))
    return -EINVAL;
  unsigned cpu = on_cpu ? attr.test.cpu : 0;
  if (!cpus_.online(cpu))
    return -ENXIO;
  std::memcpy(arguments, pointer<const void>(attr.test.ctx_in), attr.test.ctx_size_in);
  ProgramContext calls;
  calls.cpu = cpu;
  calls.now_ns = core_.clock.now_ns();
  calls.output = [&](Map& map, std::uint32_t key, std::span<const std::byte> data) {
    return output_locked(map, cpu, key, data);
  };
  calls.written = [&](Map& map, bool wakes) { written(map, wakes); };
  std::uint64_t returned = 0;
  if (int error = program->run(arguments, calls, returned))
    return error;
  caller.test.retval = static_cast<std::uint32_t>(returned);
  return 0;
}

long Bpf::load_btf(const bpf_attr& attr, bpf_attr& /*caller*/) {
  const auto* header = pointer<const BtfHeader>(attr.btf);
  if (header == nullptr)
    return -EFAULT;
  if (attr.btf_size < sizeof(*header) || header->magic != kBtfMagic || header->version != 1 ||
      header->header_size > attr.btf_size)
    return -EINVAL;
  const auto id = static_cast<std::uint32_t>(core_.next_id++);
  const auto btf =
      std::make_shared<BtfFile>(id, std::span(pointer<const std::byte>(attr.btf), attr.btf_size));
  btfs_.add(id, btf);
  return core_.descriptors.open(btf, "btf", true);
}

void Bpf::step_load() {
  auto link = link_.lock();
  if (!link)
    return;
  const auto& maps = link->program()->maps;
  auto map = std::find_if(maps.begin(), maps.end(), [](const auto& each) {
    return each->type() == BPF_MAP_TYPE_PERF_EVENT_ARRAY ||
           each->ring_of(Ringbuf::Kind::bpf_writes) != nullptr;
  });
  if (map != maps.end())
    load_.step(**map, [this](Map& into, unsigned cpu, std::span<const std::byte> data) {
      return into.ring() != nullptr ? ring_output_locked(into, data, 0)
                                    : output_locked(into, cpu, cpu, data);
    });
}

bool Bpf::set_load(std::string_view text) {
  const auto lock = core_.enter();
  return load_.parse(text);
}

} // namespace ringside::sim
