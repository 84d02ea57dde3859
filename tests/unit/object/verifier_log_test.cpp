// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What a refusal means: the logs are those of Linux 6.18 for programs that clang has compiled, and
// of older kernels where these say it in other words.
#include "object/verifier_log.hpp"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "base/scan.hpp"

namespace ringside::test {
namespace {

// Case is the end of a log, the instruction and line that count, and what set the register.
struct Case {
  const char* log;
  unsigned insn;
  const char* message;
  const char* meaning; // a part of it
  const char* history;
};

const Case kCases[] = {
    {"4: (18) r1 = 0xffff8882fd440400       ; R1=map_ptr(map=m,ks=4,vs=32)\n"
     "6: (85) call bpf_map_lookup_elem#1    ; R0=map_value_or_null(id=1,map=m,ks=4,vs=32)\n"
     "7: (79) r0 = *(u64 *)(r0 +0)\n"
     "R0 invalid mem access 'map_value_or_null'\n"
     "processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0\n",
     7, "R0 invalid mem access 'map_value_or_null'", "compared with NULL",
     "6: (85) call bpf_map_lookup_elem#1"},
    // Linux 7.3 goes on for people to read.
    {"4: (18) r1 = 0xff2bee564300e400       ; R1=map_ptr(map=counts,ks=4,vs=8)\n"
     "6: (85) call bpf_map_lookup_elem#1    ; R0=map_value_or_null(id=1,map=counts,ks=4,vs=8)\n"
     "; return *count; @ refused.bpf.c:19\n"
     "7: (79) r0 = *(u64 *)(r0 +0)\n"
     "R0 invalid mem access 'map_value_or_null'\n"
     "\n"
     "Verification failed: Register Type Safety: Invalid dereference\n"
     "\n"
     "Reason:\n"
     "  R0 may be NULL here (a nullable map value pointer). The program could dereference NULL on "
     "this\n"
     "  path, so the verifier cannot prove this access is safe.\n"
     "\n"
     "At:\n"
     "  careless @ refused.bpf.c:19:10\n"
     "  Source context:\n"
     "      17 |   long* count = bpf_map_lookup_elem(&counts, &key);\n"
     "      18 | ...\n"
     "  >>> 19 |   return *count;\n"
     "         |   ^-- error: invalid dereference of R0 (a nullable map value pointer)\n"
     "      20 | ...\n"
     "      21 | ...\n"
     "  Instruction context:\n"
     "      6 | (85) call bpf_map_lookup_elem#1\n"
     "  >>> 7 | (79) r0 = *(u64 *)(r0 +0)\n"
     "      8 | (95) exit\n"
     "\n"
     "Causal path:\n"
     "  careless @ refused.bpf.c:17:17\n"
     "  Source context:\n"
     "      15 | int careless(struct __sk_buff* skb) {\n"
     "      16 |   int key = 0;\n"
     "  >>> 17 |   long* count = bpf_map_lookup_elem(&counts, &key);\n"
     "         |   ^-- update: R0 changed from uninitialized value to nullable map value from "
     "counts "
     "at\n"
     "         |       offset 0\n"
     "      18 | ...\n"
     "      19 |   return *count;\n"
     "  Instruction context:\n"
     "      4 | (18) r1 = 0xff2bee564300e400\n"
     "  >>> 6 | (85) call bpf_map_lookup_elem#1\n"
     "      7 | (79) r0 = *(u64 *)(r0 +0)\n"
     "      8 | (95) exit\n"
     "\n"
     "Suggestion:\n"
     "  Add a NULL check before the access and dereference the pointer only on the non-NULL path.\n"
     "\n"
     "processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 "
     "mark_read 0\n",
     7, "R0 invalid mem access 'map_value_or_null'", "compared with NULL",
     "6: (85) call bpf_map_lookup_elem#1"},
    {"0: R1=ctx() R10=fp0\n"
     "; SEC(\"raw_tp/sys_enter\") int prog(void *c) { return *p; } @ scalar.c:6\n"
     "0: (85) call bpf_get_current_task#35          ; R0=scalar()\n"
     "1: (79) r0 = *(u64 *)(r0 +0)\n"
     "R0 invalid mem access 'scalar'\n",
     1, "R0 invalid mem access 'scalar'", "BPF_CORE_READ", "0: (85) call bpf_get_current_task#35"},
    {"1: (79) r0 = *(u64 *)(r6 +0)\nR6 invalid mem access 'inv'\n", 1,
     "R6 invalid mem access 'inv'", "BPF_CORE_READ", ""},
    {"0: (61) r1 = *(u32 *)(r1 +0)          ; R1=pkt(r=0)\n"
     "1: (71) r0 = *(u8 *)(r1 +10)\n"
     "invalid access to packet, off=10 size=1, R1(id=0,off=10,r=0)\n"
     "R1 offset is outside of the packet\n",
     1, "invalid access to packet, off=10 size=1, R1(id=0,off=10,r=0)", "data_end",
     "0: (61) r1 = *(u32 *)(r1 +0)"},
    {"6: (85) call bpf_map_lookup_elem#1    ; R0=map_value_or_null(id=1,map=m,ks=4,vs=32)\n"
     "7: (15) if r0 == 0x0 goto pc+1        ; R0=map_value(map=m,ks=4,vs=32)\n"
     "8: (79) r6 = *(u64 *)(r0 +72)\n"
     "invalid access to map value, value_size=32 off=72 size=8\n"
     "R0 min value is outside of the allowed memory range\n"
     "processed 9 insns (limit 1000000)\nverification time 66 usec\nstack depth 8\n",
     8, "invalid access to map value, value_size=32 off=72 size=8", "bound the index",
     "6: (85) call bpf_map_lookup_elem#1"},
    {"10: (67) r1 <<= 3                     ; R1=scalar(smin=0,smax=umax=0x7fffffff8)\n"
     "11: (0f) r0 += r1                     ; R0=map_value(map=m,ks=4,vs=32,smin=0)\n"
     "12: (79) r6 = *(u64 *)(r0 +0)\n"
     "R0 unbounded memory access, make sure to bounds check any such access\n",
     12, "R0 unbounded memory access, make sure to bounds check any such access", "upper bound",
     "11: (0f) r0 += r1"},
    {"12: (c7) r2 s>>= 32                   ; R2=scalar()\n"
     "19: (85) call bpf_probe_read_kernel#113\n"
     "R2 min value is negative, either use unsigned or 'var &= const'\n",
     19, "R2 min value is negative, either use unsigned or 'var &= const'", "negative",
     "12: (c7) r2 s>>= 32"},
    {"3: (0f) r2 += r1\nR1 unbounded min value is not allowed\n", 3,
     "R1 unbounded min value is not allowed", "negative", ""},
    {"7: (85) call bpf_map_update_elem#2\ninvalid indirect read from stack R3 off -16+0 size 32\n",
     7, "invalid indirect read from stack R3 off -16+0 size 32", "set the whole variable to zero",
     ""},
    {"6: (b7) r4 = 0                        ; R4=0\n"
     "7: (85) call bpf_map_update_elem#2\n"
     "invalid read from stack R3 off=-16 size=32\n",
     7, "invalid read from stack R3 off=-16 size=32", "before it has a value", ""},
    {"0: R1=ctx() R10=fp0\n0: (bf) r0 = r7\nR7 !read_ok\n", 0, "R7 !read_ok",
     "before it has a value", ""},
    {"1: (7b) *(u64 *)(r10 -8) = r6         ; R6=ctx() R10=fp0 fp-8=ctx()\n"
     "2: (85) call bpf_get_current_task#35\n"
     "cannot call GPL-restricted function from non-GPL compatible program\n",
     2, "cannot call GPL-restricted function from non-GPL compatible program", "_license", ""},
    {"2: (85) call bpf_get_current_task#35\n"
     "cannot call GPL only function from proprietary program\n",
     2, "cannot call GPL only function from proprietary program", "_license", ""},
    {"0: (85) call bpf_get_current_task_btf#158\n"
     "program of this type cannot use helper bpf_get_current_task_btf#158\n",
     0, "program of this type cannot use helper bpf_get_current_task_btf#158",
     "other types of programs", ""},
    {"0: (85) call bpf_timer_init#169\nunknown func bpf_timer_init#169\n", 0,
     "unknown func bpf_timer_init#169", "too old for it", ""},
    {"unrecognized bpf_ld_imm64 insn\nprocessed 0 insns (limit 131072)\n", 0,
     "unrecognized bpf_ld_imm64 insn", "Linux 5.2", ""},
    {"0: (85) call unknown#9999\ninvalid func unknown#9999\n", 0, "invalid func unknown#9999",
     "does not have the helper", ""},
    {"17: (15) if r1 == 0x0 goto pc-14\n"
     "BPF program is too large. Processed 1000001 insn\n"
     "processed 1000001 insns (limit 1000000) max_states_per_insn 4\n",
     17, "BPF program is too large. Processed 1000001 insn", "a million instructions", ""},
    {"17: (15) if r1 == 0x0 goto pc-14\nThe sequence of 8193 jumps is too complex.\n", 17,
     "The sequence of 8193 jumps is too complex.", "more jumps", ""},
    {"back-edge from insn 7 to 3\n", 0, "back-edge from insn 7 to 3", "too old for loops", ""},
    {"0: (b7) r0 = 0                        ; R0=0\n"
     "1: (05) goto pc-2\n"
     "infinite loop detected at insn 0\n"
     "cur state: R0=0 R1=ctx() R10=fp0\n"
     "old state: R0=0 R1=ctx() R10=fp0\n",
     1, "infinite loop detected at insn 0", "no end of a loop", ""},
    {"9: (85) call pc+3\ncombined stack size of 2 calls is 576. Too large\n", 9,
     "combined stack size of 2 calls is 576. Too large", "more than 512 bytes", ""},
    {"3: (7b) *(u64 *)(r10 -520) = r1\nlooks like the BPF stack limit of 512 bytes is exceeded\n",
     3, "looks like the BPF stack limit of 512 bytes is exceeded", "more than 512 bytes", ""},
    {"7: (55) if r1 != 0x0 goto pc+1 9: R0=1 R1=ringbuf_mem(ref_obj_id=2,sz=8) R10=fp0 refs=2\n"
     "9: (95) exit\n"
     "Unreleased reference id=2 alloc_insn=4\n"
     "BPF_EXIT instruction in main prog would lead to reference leak\n",
     9, "Unreleased reference id=2 alloc_insn=4", "released on every path", ""},
    {"5: (0f) r0 += r1\nR0 pointer arithmetic on map_value_or_null prohibited, null-check it "
     "first\n",
     5, "R0 pointer arithmetic on map_value_or_null prohibited, null-check it first",
     "sum with a pointer", ""},
    {"2: (7b) *(u64 *)(r0 +0) = r10\nR10 leaks addr into map\n", 2, "R10 leaks addr into map",
     "CAP_PERFMON", ""},
    {"arg#0 reference type('UNKNOWN ') size cannot be determined: -22\n", 0,
     "arg#0 reference type('UNKNOWN ') size cannot be determined: -22", "another one", ""},
    // What explain_log writes in the place of the verifier's lines.
    {"11: (bf) r3 = r6\n"
     "12: <missing for CO-RE>\n"
     "the kernel's types have no answer to byte_off of 'task_struct.state': no such field; this "
     "kernel has '__state'\n"
     "processed 12 insns\n",
     12,
     "the kernel's types have no answer to byte_off of 'task_struct.state': no such field; this "
     "kernel has '__state'",
     "bpf_core_field_exists", ""},
    {"3: <missing map>\nmap 'events' is used here, but was left out by autocreate\n", 3,
     "map 'events' is used here, but was left out by autocreate", "autoload", ""},
    {"0: <missing map>\nmap 'data.rodata' is used here, but programs cannot have variables on this "
     "kernel\n",
     0, "map 'data.rodata' is used here, but programs cannot have variables on this kernel",
     "leave out the program", ""},
    {"3: <missing function>\nthe kernel has no function 'bpf_x', which is called here\n", 3,
     "the kernel has no function 'bpf_x', which is called here", "compare the function's address",
     ""},
};

} // namespace

TEST_CASE("the common refusals are explained") {
  for (const Case& one : kCases) {
    CAPTURE(one.log);
    const object::Refusal refusal = object::find_refusal(one.log);
    CHECK(refusal.message == one.message);
    const char* const meaning = object::meaning_of(refusal.message);
    REQUIRE(meaning != nullptr);
    CHECK_THAT(meaning, Catch::Contains(one.meaning));
    CHECK(object::register_history(one.log, refusal) == one.history);
    if (const std::string_view log = one.log; log[0] >= '0' && log[0] <= '9')
      CHECK(refusal.insn == one.insn);
    else
      CHECK_FALSE(refusal.insn);
  }
}

TEST_CASE("each row of the table is the meaning of a log above") {
  for (const object::Meaning& row : object::meanings()) {
    CAPTURE(row.part);
    CHECK(std::any_of(std::begin(kCases), std::end(kCases), [&](const Case& one) {
      return std::string_view(one.message).find(row.part) != std::string_view::npos &&
             object::meaning_of(one.message) == row.text;
    }));
  }
}

TEST_CASE("without a line that is known the last one counts") {
  const object::Refusal refusal =
      object::find_refusal("3: (bf) r0 = r1\nsomething new\nand more of it\nprocessed 4 insns\n");
  CHECK(refusal.message == "and more of it");
  CHECK(refusal.insn == 3U);
  CHECK(refusal.lines == "something new\nand more of it\n");
  CHECK(object::meaning_of(refusal.message) == nullptr);
}

TEST_CASE("a report for people behind the message does not count") {
  const object::Refusal refusal =
      object::find_refusal("3: (bf) r0 = r1\nsomething new\n\nVerification failed: Kind: what\n\n"
                           "Reason:\n  It is new.\n\nSuggestion:\n  Do without it.\n\n"
                           "processed 4 insns\n");
  CHECK(refusal.message == "something new");
  CHECK(refusal.insn == 3U);
}

TEST_CASE("logs that say nothing are no refusal") {
  for (const char* const log : {"", "\n", "\n\n\n", "processed 4 insns\n", "0: (95) exit\n"})
    CHECK(object::find_refusal(log).message.empty());
}

} // namespace ringside::test
