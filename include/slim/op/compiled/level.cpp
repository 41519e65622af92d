// All kernels at one level. The build files compile this file once for each, with its instructions, and with its name in SLIM_COMPILED_LEVEL.
// What it defines has names of the level: nothing that is compiled here may take the place of code for lesser processors.
#include "slim/op/list.hpp"

namespace slim::op {
namespace {

template <class T>
constexpr kernel_table<T> kernels{runners_of<T, every_operation>, preparers_of<T, every_operation>,
                                  [](node_view n, long capacity, int threads) { return workspace<T>(n, {capacity, threads}); }};

}  // namespace

namespace compiled {
extern const compiled_level SLIM_COMPILED_LEVEL;
const compiled_level SLIM_COMPILED_LEVEL{SLIM_TEXT(SLIM_COMPILED_LEVEL), &kernels<float>, &kernels<double>};
}  // namespace compiled

}  // namespace slim::op
