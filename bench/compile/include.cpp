// What every user pays: the umbrella header alone.
#include <slim/slim.hpp>
