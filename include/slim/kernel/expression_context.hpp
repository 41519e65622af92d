#pragma once
#include "slim/core/begin.hpp"
// The addresses that the loop of a scalar function works on. The same for all levels: kernels hand it to loops that other files are compiled with.

#include <cstdint>

#include "slim/expr/code.hpp"

namespace slim::kernel {

inline constexpr int max_expression_operands = 16;
inline constexpr int max_expression_outputs = 4;

/// Operands of one element-wise computation at run time. Element (r, c) of a dense operand is at r·width + c.
template <class T>
struct expression_context {
  const T* inputs[max_expression_operands]{};
  T* outputs[max_expression_outputs]{};
  long width = 1;
  long rows_per_example = 1;
  const expr::row_places* places = nullptr;     // of each operand, for codes that read by row
  const expr::scalar_node* function = nullptr;  // what the code was made from, for the streams of random numbers
  std::uint32_t seed = 0;                       // of this step
  std::uint32_t first_element = 0;              // whose random number element 0 gets
};

}  // namespace slim::kernel

#include "slim/core/end.hpp"
