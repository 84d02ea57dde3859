// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Logs of the verifier that the user of a program keeps: RINGSIDE_VERIFIER_LOG is a folder, and
// each load that fails makes a file there. Programs need not be rebuilt for that.
#pragma once

#include <string_view>

#include "base/failure.hpp"

namespace ringside::object {

class Program;

// saves_logs is whether the user wants them. In a program that runs set-user-id that is never so.
bool saves_logs();

// save_log writes a log to a new file, named after the process, the object and the program, and
// says where it is. For an empty log, which the kernel leaves if it refuses a load before the
// verifier runs, there is no file. A failure is a warning.
void save_log(const Program& program, std::string_view log, const Subject& subject);

} // namespace ringside::object
