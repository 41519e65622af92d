// What most test files include.
#include <doctest/doctest.h>

#include "slim/precompiled.hpp"
