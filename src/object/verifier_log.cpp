// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Reading the verifier's log, and explaining what it reports.
#include "object/verifier_log.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/scan.hpp"
#include "base/text.hpp"
#include "co_re/patch.hpp"
#include "kernel/features.hpp"
#include "object/loading.hpp"

namespace ringside::object {
namespace {

// The first row that fits decides.
constexpr Meaning kMeanings[] = {
    {"the kernel's types have no answer to",
     "the program was compiled for another kernel: ask with bpf_core_field_exists, "
     "bpf_core_type_exists or bpf_core_enum_value_exists before it is used"},
    {"was left out by autocreate",
     "the program uses a map that was not made: leave out the program by autoload as well, or make "
     "the map"},
    {"programs cannot have variables on this kernel",
     "the kernel is older than Linux 5.2: leave out the program by autoload, or have it keep its "
     "values in maps that it looks up"},
    {"unrecognized bpf_ld_imm64 insn",
     "the kernel is too old for an address that the program loads: of a variable before Linux 5.2, "
     "of one of the kernel's before 5.10, of a function before 5.13"},
    {"the kernel has no function '",
     "compare the function's address with 0 before it is called, or declare it without __weak to "
     "learn of it earlier"},
    {"invalid mem access 'map_value_or_null'",
     "a map's value is used before it was compared with NULL: a look-up may find nothing"},
    {"invalid mem access 'scalar'",
     "a number is used as a pointer: read kernel memory by BPF_CORE_READ or bpf_probe_read_kernel"},
    {"invalid mem access 'inv'",
     "a number is used as a pointer: read kernel memory by BPF_CORE_READ or bpf_probe_read_kernel"},
    {"invalid access to packet",
     "the packet may be shorter: compare the end of the access with data_end first"},
    {"invalid access to map value",
     "the access may be outside of the map's value: bound the index before it is used"},
    {"unbounded memory access",
     "an index or a length has no upper bound here: compare it with one, or mask it"},
    {"min value is negative",
     "an index or a length may be negative here: compare it with 0, or make it unsigned"},
    {"unbounded min value",
     "an index or a length may be negative here: compare it with 0, or make it unsigned"},
    {"invalid indirect read from stack",
     "a helper would read bytes of the stack that have no value: set the whole variable to zero"},
    {"invalid read from stack", "a variable on the stack is read before it has a value"},
    {"!read_ok", "a register or variable is used before it has a value"},
    {"cannot call GPL-restricted function",
     R"(the helper is for programs under the GPL: add char _license[] SEC("license") = "GPL")"},
    {"cannot call GPL only function",
     R"(the helper is for programs under the GPL: add char _license[] SEC("license") = "GPL")"},
    {"program of this type cannot use helper",
     "the helper is for other types of programs, or this kernel is too old for it here"},
    {"unknown func", "the helper is for other types of programs, or this kernel is too old for it"},
    {"invalid func unknown", "this kernel does not have the helper: it is too old"},
    {"BPF program is too large",
     "the verifier has looked at a million instructions: split the program, or shorten its loops"},
    {"The sequence of", "the program has more jumps than the verifier can follow: make it simpler"},
    {"back-edge from insn", "the kernel is too old for loops: unroll them, or use bpf_loop()"},
    {"infinite loop detected", "the verifier sees no end of a loop: bound its counter"},
    {"combined stack size of",
     "the functions together use more than 512 bytes of stack: put large variables into a map"},
    {"looks like the BPF stack limit",
     "the function uses more than 512 bytes of stack: put large variables into a map"},
    {"Unreleased reference",
     "something that was acquired is not released on every path: release it before each return"},
    {"pointer arithmetic on", "the verifier does not allow this sum with a pointer"},
    {"leaks addr", "a pointer of the kernel would become visible: this needs CAP_PERFMON"},
    {"reference type('UNKNOWN",
     "the kernel's BTF does not have what the program refers to: the kernel is another one"},
};

// last_lines is where the last `count` lines of a text begin.
std::size_t last_lines(std::string_view text, std::size_t count) {
  std::size_t at = text.size();
  if (at != 0 && text[at - 1] == '\n')
    --at;
  for (; at != 0; --at)
    if (text[at - 1] == '\n' && --count == 0)
      return at;
  return 0;
}

// MissingCall is a refused call of a helper that stands for something missing.
struct MissingCall {
  std::size_t begin = 0; // of the two lines, in the log
  std::size_t end = 0;
  std::uint32_t insn = 0;
  std::uint64_t helper = 0;
};

// sets_register is whether an instruction, as the verifier writes it behind "12: (", sets a
// register.
bool sets_register(std::string_view insn, std::uint64_t wanted) {
  constexpr std::size_t kLongestOperator = 5; // " s>>= "
  insn = behind(insn, std::min(insn.find(')'), insn.size() - 1) + 1);
  skip_blanks(insn);
  if (take_text(insn, "call "))
    return wanted == 0;
  if (!take_text(insn, "r") && !take_text(insn, "w"))
    return false;
  return take_number(insn) == wanted && insn.find("= ") <= kLongestOperator;
}

std::optional<MissingCall> find_missing_call(std::string_view log) {
  constexpr std::size_t kLines = 10;
  constexpr std::string_view kRefused = "invalid func unknown#";
  std::size_t before = last_lines(log, kLines);
  for (std::size_t at = before; at < log.size();) {
    std::string_view rest = behind(log, at);
    std::string_view line = take_line(rest);
    const std::size_t next = log.size() - rest.size();
    if (take_text(line, kRefused)) {
      MissingCall call;
      std::string_view number = behind(log, before);
      const auto insn = take_number(number);
      const auto helper = take_number(line);
      if (!insn || !helper)
        return {};
      call.begin = before;
      call.end = next;
      call.insn = static_cast<std::uint32_t>(*insn);
      call.helper = *helper;
      return call;
    }
    before = at;
    at = next;
  }
  return {};
}

// add_cause says what the helper of a refused call stands for; false if it is none of ours.
bool add_cause(Text& text, const Loading& loading, const Program& program,
               const MissingCall& call) {
  const Parsed& parsed = loading.object.parsed();
  if (call.helper == static_cast<std::uint64_t>(co_re::kPoisonHelper)) {
    const Code& code = *program.code();
    for (const Code::Part& part : code.parts)
      for (const UnresolvedAccess& access : loading.unresolved)
        if (access.program == part.program && part.begin + access.insn <= call.insn &&
            call.insn <= part.begin + access.insn + 1 && call.insn - part.begin < part.size) {
          text.add("%u: <missing for CO-RE>\nthe kernel's types have no answer to %.*s\n",
                   call.insn, static_cast<int>(access.what.size()), access.what.data());
          return true;
        }
    return false;
  }
  const auto map = call.helper - static_cast<std::uint64_t>(kMissingMap);
  if (map < parsed.maps.size()) {
    const Map& missing = loading.object.maps()[map];
    const bool is_beyond_kernel = missing.is_data() && kernel::lacks_variables();
    text.add("%u: <missing map>\nmap '%s' is used here, but %s\n", call.insn, missing.name(),
             is_beyond_kernel ? "programs cannot have variables on this kernel"
                              : "was left out by autocreate");
    return true;
  }
  const auto external = call.helper - static_cast<std::uint64_t>(kMissingFunction);
  if (external < parsed.externs.size()) {
    text.add("%u: <missing function>\nthe kernel has no function '%s', which is called here\n",
             call.insn, parsed.externs[external].kernel_name.data());
    return true;
  }
  return false;
}

} // namespace

std::string_view text_of(std::span<const char> buffer) {
  const auto* const end = std::find(buffer.begin(), buffer.end(), '\0').base();
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

Refusal find_refusal(std::string_view log) {
  // After the message the verifier may write its statistics.
  constexpr std::string_view kCounts[] = {"processed ", "verification time ", "stack depth ",
                                          "peak_states ", "max_states"};
  // Linux 7.3 tells most refusals once more behind the message, in a report for people.
  constexpr std::string_view kReport = "\nVerification failed: ";
  if (const std::size_t report = log.rfind(kReport); report != std::string_view::npos)
    log = log.substr(0, report + 1);
  Refusal refusal;
  std::size_t end = log.size();
  for (std::string_view rest = log; !rest.empty();) {
    const std::size_t begin = last_lines(rest, 1);
    std::string_view line = behind(rest, begin);
    if (line.ends_with('\n'))
      line.remove_suffix(1);
    rest = rest.substr(0, begin);
    const bool is_count =
        std::any_of(std::begin(kCounts), std::end(kCounts),
                    [line](std::string_view count) { return line.starts_with(count); });
    std::string_view number = line;
    const auto insn = take_number(number);
    if (insn && take_text(number, ": ")) {
      refusal.insn = static_cast<std::uint32_t>(*insn);
      refusal.lines = behind(log.substr(0, end), std::min(begin + line.size() + 1, end));
      return refusal;
    }
    if (is_count) {
      end = begin;
      continue;
    }
    // Of several lines the first counts that is known; without one the last.
    const bool is_known = meaning_of(line) != nullptr;
    if (!line.empty() && (refusal.message.empty() || is_known))
      refusal.message = line;
  }
  refusal.lines = log.substr(0, end);
  return refusal;
}

std::span<const Meaning> meanings() {
  return kMeanings;
}

const char* meaning_of(std::string_view message) {
  for (const Meaning& meaning : kMeanings)
    if (message.find(meaning.part) != std::string_view::npos)
      return meaning.text;
  return nullptr;
}

std::string_view register_history(std::string_view log, const Refusal& refusal) {
  // "R1 invalid mem access 'scalar'", and instructions as "12: (bf) r1 = r6   ; R1=scalar() R6=..."
  std::optional<std::uint64_t> wanted;
  for (std::string_view lines = refusal.lines; !lines.empty() && !wanted;) {
    std::string_view line = take_line(lines);
    if (!take_text(line, "R"))
      continue;
    const auto number = take_number(line);
    if (number && line.starts_with(' '))
      wanted = number;
  }
  if (!wanted)
    return {};
  // The instruction that is refused may set the register from itself.
  bool is_refused = true;
  while (!log.empty()) {
    const std::size_t begin = last_lines(log, 1);
    std::string_view line = behind(log, begin);
    log = log.substr(0, begin);
    std::string_view rest = line;
    if (!take_number(rest) || !take_text(rest, ": ("))
      continue;
    if (std::exchange(is_refused, false) || !sets_register(rest, *wanted))
      continue;
    line = line.substr(0, line.find('\n'));
    line = line.substr(0, line.find(" ; "));
    while (line.ends_with(' '))
      line.remove_suffix(1);
    return line;
  }
  return {};
}

void explain_log(const Loading& loading, const Program& program, std::span<char> buffer) {
  const std::string_view log = text_of(buffer);
  const auto call = find_missing_call(log);
  if (!call || program.code() == nullptr)
    return;
  Text lines;
  if (!add_cause(lines, loading, program, *call) || !lines.whole())
    return;
  const std::size_t room = buffer.size() - 1; // the NUL at the end stays inside
  const std::size_t at = std::min(call->begin + lines.view().size(), room);
  const std::size_t tail = std::min(log.size() - call->end, room - at);
  std::memmove(buffer.data() + at, buffer.data() + call->end, tail);
  std::memcpy(buffer.data() + call->begin, lines.view().data(), at - call->begin);
  buffer[at + tail] = '\0';
}

void show_log(LogLevel level, const Subject& subject, std::string_view log) {
  while (!log.empty()) {
    const std::string_view line = take_line(log);
    say(level, subject, "verifier: %.*s", static_cast<int>(line.size()), line.data());
  }
}

void summarize_log(const Program& program, std::string_view log, const Refusal& refusal,
                   const Subject& subject, bool is_shown) {
  const LogLevel level = is_shown ? LogLevel::warn : LogLevel::debug;
  if (refusal.message.empty())
    return;
  const btf::Btf* const btf = program.object().btf();
  const auto line = refusal.insn && program.code() != nullptr
                        ? program.code()->line_of(*refusal.insn)
                        : std::span<const std::uint32_t>();
  constexpr std::size_t kLineWords = 4;
  constexpr unsigned kColumnBits = 10;
  if (btf != nullptr && line.size() >= kLineWords) {
    const char* const file = btf->string(line[1]);
    const char* const text = btf->string(line[2]);
    std::string_view shown = text != nullptr ? text : "";
    skip_blanks(shown);
    say(level, subject, "the verifier refuses instruction %u, which is %s:%u: %.*s", *refusal.insn,
        file != nullptr ? file : "?", line[3] >> kColumnBits, static_cast<int>(shown.size()),
        shown.data());
  } else if (refusal.insn) {
    say(level, subject, "the verifier refuses instruction %u", *refusal.insn);
  }
  say(level, subject, "it says: %.*s", static_cast<int>(refusal.message.size()),
      refusal.message.data());
  const char* const meaning = meaning_of(refusal.message);
  if (meaning == nullptr)
    return;
  const std::string_view history = register_history(log, refusal);
  if (history.empty())
    say(level, subject, "this means: %s", meaning);
  else
    say(level, subject, "this means: %s; the register was set by %.*s", meaning,
        static_cast<int>(history.size()), history.data());
}

} // namespace ringside::object
