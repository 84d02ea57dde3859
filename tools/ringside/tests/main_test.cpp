// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The main function of the command's unit tests.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
