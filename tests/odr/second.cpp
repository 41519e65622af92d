#include "slim/slim.hpp"
#include "slim/core/config.hpp"

const slim::version_number* version_seen_by_second() { return &slim::version; }
