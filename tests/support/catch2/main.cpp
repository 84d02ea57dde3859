// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The main function of all test programs.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
