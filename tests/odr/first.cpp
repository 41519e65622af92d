// Together with second.cpp: the whole library in two translation units of one program, which links only if every definition is
// inline, and shares one copy of every variable.
#include "slim/slim.hpp"
#include "slim/core/config.hpp"

#include <doctest/doctest.h>

const slim::version_number* version_seen_by_second();

TEST_CASE("two translation units share one library") { CHECK(version_seen_by_second() == &slim::version); }
