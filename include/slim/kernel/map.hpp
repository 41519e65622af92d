#pragma once
#include "slim/core/begin.hpp"
// Element-wise computations over whole tensors.

#include "slim/kernel/epilogue.hpp"
#include "slim/kernel/expression.hpp"
#include "slim/kernel/parallel.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// Elements that one task of an element-wise loop works on: large enough to amortise a task, small enough to share.
inline constexpr long map_task_elements = 8192;

/// Calls `evaluate`, an epilogue's function, on rows × context.width elements, which take `work` operations each. Compiled once for all functions.
template <class T>
SLIM_ONE_COPY void map(const expression_context<T>& context, long rows, typename epilogue<T>::function* evaluate, double work, int threads) {
  const long width = context.width;
  if (width >= map_task_elements) {  // few long rows: cut them
    const long pieces = (width + map_task_elements - 1) / map_task_elements;
    parallel_for(rows * pieces, work * map_task_elements, threads, [&](long task) {
      const long row = task / pieces, first = task % pieces * map_task_elements;
      evaluate(&context, row, row + 1, first, first + map_task_elements < width ? first + map_task_elements : width);
    });
    return;
  }
  const long group = map_task_elements / width, groups = (rows + group - 1) / group;
  parallel_for(groups, work * static_cast<double>(group * width), threads, [&](long task) {
    const long first = task * group;
    evaluate(&context, first, first + group < rows ? first + group : rows, 0, width);
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
