// A discriminator halves its images to one pixel.
#include "slim/nets/dcgan.hpp"
using namespace slim;

#ifdef REPAIRED
static_assert(variable_count<nets::dcgan_discriminator, input<16, 16, 3>> == 22);
#else
static_assert(variable_count<nets::dcgan_discriminator, input<24, 24, 3>> > 0);
#endif
