#pragma once
#include "slim/core/begin.hpp"
// Element-wise computations over whole tensors.

#include "slim/kernel/expression.hpp"
#include "slim/kernel/parallel.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// Elements that one task of an element-wise loop works on: large enough to amortise a task, small enough to share.
inline constexpr long map_task_elements = 8192;

/// Evaluates `Code` on rows × context.width elements.
template <class T, auto Code>
void map(const expression_context<T>& context, long rows, int threads) {
  const long width = context.width;
  const double work = 4.0 * Code.node_count;
  if (width >= map_task_elements) {  // few long rows: cut them
    const long pieces = (width + map_task_elements - 1) / map_task_elements;
    parallel_for(rows * pieces, work * map_task_elements, threads, [&](long task) {
      const long row = task / pieces, first = task % pieces * map_task_elements;
      evaluate<T, Code>(context, row, row + 1, first, first + map_task_elements < width ? first + map_task_elements : width);
    });
    return;
  }
  const long group = map_task_elements / width, groups = (rows + group - 1) / group;
  parallel_for(groups, work * static_cast<double>(group * width), threads, [&](long task) {
    const long first = task * group;
    evaluate<T, Code>(context, first, first + group < rows ? first + group : rows, 0, width);
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
