#pragma once
#include "slim/core/begin.hpp"
// What is in a checkpoint, for people.

#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include "slim/checkpoint/convert.hpp"
#include "slim/checkpoint/restore.hpp"
#include "slim/core/finite.hpp"
#include "slim/core/number_text.hpp"

namespace slim::checkpoint {

/// One tensor of a checkpoint. Norm and extremes are those of its finite numbers.
struct inspected {
  std::string name;
  dtype type = dtype::f32;
  std::vector<std::int64_t> extents;
  double norm = 0;  ///< root of the sum of squares
  double least = 0, greatest = 0;
  std::size_t not_finite = 0;  ///< infinities and NaN
};

namespace detail {

/// The number that `value_of(bits)` makes of each stored T.
template <class T, class Value>
void measure(const tensor_view& tensor, inspected& result, Value value_of) {
  std::conditional_t<std::is_same_v<T, double>, long double, double> squares = 0;  // of a double may be beyond all doubles
  bool any = false;
  for (std::size_t i = 0; i < tensor.size(); ++i) {
    const double number = value_of(stored_at<T>(tensor, i));
    if (!is_finite(number)) {
      ++result.not_finite;
      continue;
    }
    squares += static_cast<decltype(squares)>(number) * number;
    result.least = any ? std::min(result.least, number) : number;
    result.greatest = any ? std::max(result.greatest, number) : number;
    any = true;
  }
  result.norm = static_cast<double>(std::sqrt(squares));
}

inline inspected measured(const tensor_view& tensor) {
  inspected result;
  const auto as_it_is = [](auto stored) { return static_cast<double>(stored); };
  result.name = tensor.name, result.type = tensor.type, result.extents = tensor.extents;
  switch (tensor.type) {
    case dtype::f32: measure<float>(tensor, result, as_it_is); break;
    case dtype::f64: measure<double>(tensor, result, as_it_is); break;
    case dtype::f16: measure<std::uint16_t>(tensor, result, small_float<5, 10>); break;
    case dtype::bf16: measure<std::uint16_t>(tensor, result, small_float<8, 7>); break;
    case dtype::f8_e5m2: measure<std::uint8_t>(tensor, result, small_float<5, 2>); break;
    case dtype::f8_e4m3: measure<std::uint8_t>(tensor, result, small_float<4, 3>); break;
    case dtype::i64: measure<std::int64_t>(tensor, result, as_it_is); break;
    case dtype::u64: measure<std::uint64_t>(tensor, result, as_it_is); break;
    case dtype::i32: measure<std::int32_t>(tensor, result, as_it_is); break;
    case dtype::u32: measure<std::uint32_t>(tensor, result, as_it_is); break;
    case dtype::i16: measure<std::int16_t>(tensor, result, as_it_is); break;
    case dtype::u16: measure<std::uint16_t>(tensor, result, as_it_is); break;
    case dtype::i8: measure<std::int8_t>(tensor, result, as_it_is); break;
    case dtype::u8:
    case dtype::boolean: measure<std::uint8_t>(tensor, result, as_it_is); break;
    case dtype::string: break;  // in no file of tensors
  }
  return result;
}

}  // namespace detail

/// All tensors of a file or of the latest checkpoint of a folder, with those of its training state when asked for. Throws slim::error.
inline std::vector<inspected> inspect(const std::string& where, bool with_training_state = false) {
  const safetensors weights(detail::resolve(where));
  std::vector<inspected> all;
  for (const tensor_view& one : weights.tensors()) all.push_back(detail::measured(one));
  if (with_training_state)
    for (const safetensors state = detail::training_state_of(weights); const tensor_view& one : state.tensors()) all.push_back(detail::measured(one));
  return all;
}

/// The same as a table: one line for each tensor.
inline std::string table_of(const std::vector<inspected>& tensors) {
  std::size_t widest = 4, numbers = 0;
  for (const inspected& one : tensors) widest = std::max(widest, one.name.size());
  std::string table;
  const auto line = [&](const std::string& name, const std::string& form, const std::string& rest) {
    table += name + std::string(widest + 2 - name.size(), ' ') + form + std::string(form.size() < 24 ? 24 - form.size() : 1, ' ') + rest + "\n";
  };
  line("name", "type and shape", "     norm     least  greatest");
  for (const inspected& one : tensors) {
    std::string values;
    for (const double value : {one.norm, one.least, one.greatest}) {
      const std::string digits = number_text(value, 4);
      values += std::string(digits.size() < 9 ? 9 - digits.size() : 0, ' ') + digits + ' ';
    }
    values.pop_back();
    std::size_t count = 1;
    for (std::int64_t extent : one.extents) count *= static_cast<std::size_t>(extent);
    numbers += count;
    line(one.name, describe(tensor_view(one.name, one.type, one.extents, {})),
         values + (one.not_finite > 0 ? "  " + std::to_string(one.not_finite) + " of " + std::to_string(count) + " not finite" : std::string()));
  }
  return table + std::to_string(tensors.size()) + " tensors, " + std::to_string(numbers) + " numbers\n";
}

}  // namespace slim::checkpoint

#include "slim/core/end.hpp"
