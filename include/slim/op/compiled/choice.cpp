// Which of the levels in the library this processor gets, and the threads that all of them share.
#include <cstdlib>
#include <string>

#include "slim/core/error.hpp"
#include "slim/op/list.hpp"

namespace slim::op {

// Kernels and programs call it from other files.
extern void (*const shared_run_tasks)(long, double, int, void (*)(const void*, long, int), const void*);
void (*const shared_run_tasks)(long, double, int, void (*)(const void*, long, int), const void*) = &kernel::run_tasks;

namespace compiled {
extern const compiled_level baseline;
#ifdef __x86_64__
extern const compiled_level avx2, avx512;
#endif
}  // namespace compiled

namespace {

const compiled_level& chosen() {
  // From the highest to the lowest level, as the build files compile them.
  const compiled_level* levels[3]{};
  int count = 0;
#ifdef __x86_64__
  __builtin_cpu_init();
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (has_avx512) levels[count++] = &compiled::avx512;
  if (has_avx2) levels[count++] = &compiled::avx2;
#endif
  levels[count++] = &compiled::baseline;
  const char* const wish = std::getenv("SLIM_KERNEL_LEVEL");
  if (wish == nullptr || *wish == '\0') return *levels[0];
  std::string names;
  for (int i = 0; i < count; ++i) {
    if (levels[i]->name == std::string(wish)) return *levels[i];
    names += std::string(i > 0 ? " or " : "") + levels[i]->name;
  }
  throw error("SLIM_KERNEL_LEVEL: expected a level of this processor, " + names + ", found " + wish + "; remove it for the best");
}

}  // namespace

template <>
const compiled_level& compiled_kernels<detail::library_key>() {
  static const compiled_level& level = chosen();
  return level;
}

}  // namespace slim::op
