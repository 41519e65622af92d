#include <slim/slim.hpp>  // compiled in advance
