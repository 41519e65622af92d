#include <slim/precompiled.hpp>  // compiled in advance
