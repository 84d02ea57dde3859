// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What unit tests include that takes long to compile: it is compiled once for each program.
#include <catch2/catch.hpp>
