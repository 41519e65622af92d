#pragma once
#include "slim/core/begin.hpp"
// What metrics look at: numbers of any type and layout, seen as examples x values.

#include <cmath>
#include <iterator>
#include <string>
#include <type_traits>

#include "slim/core/error.hpp"
#include "slim/core/number_text.hpp"

namespace slim::metrics {

namespace detail {

/// How numbers of one type are read, so that a metric is compiled once and not for every type of its arguments.
struct element_type {
  const char* name;
  bool integral;  // bool included
  double (*load)(const void* data, long index);
  double (*cast)(double number);  // to the type and back
};

template <class T>
constexpr const char* name_of_element() {
  if (std::is_same_v<T, bool>) return "bool";
  if (std::is_floating_point_v<T>) return sizeof(T) == 4 ? "float32" : "float64";
  constexpr const char* names[] = {"int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"};
  constexpr int width = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
  return names[2 * width + (std::is_signed_v<T> ? 0 : 1)];
}

template <class T>
double load_element(const void* data, long index) {
  return static_cast<double>(static_cast<const T*>(data)[index]);
}

template <class T>
double cast_element(double number) {
  if constexpr (std::is_same_v<T, bool>) return number != 0 ? 1 : 0;
  else if constexpr (std::is_integral_v<T>) return std::trunc(number);
  else return static_cast<double>(static_cast<T>(number));
}

template <class T>
inline constexpr element_type element_type_of{name_of_element<T>(), std::is_integral_v<T>, &load_element<T>, &cast_element<T>};

template <class Pointer>
concept pointer_to_numbers = std::is_pointer_v<Pointer> && std::is_arithmetic_v<std::remove_pointer_t<Pointer>>;

template <class T>
concept matrix_in_memory = requires(const T& m) {
  { m.data() } -> pointer_to_numbers;
  m.rows(), m.cols();
};

/// Numbers from one row to the next, and from one column to the next: Eigen's, or those of rows one after the other.
template <class Matrix>
long row_stride(const Matrix& m) {
  if constexpr (requires { m.rowStride(); }) return static_cast<long>(m.rowStride());
  else return static_cast<long>(m.cols());
}
template <class Matrix>
long column_stride(const Matrix& m) {
  if constexpr (requires { m.colStride(); }) return static_cast<long>(m.colStride());
  else return 1;
}

template <class T>
concept array_in_memory = !matrix_in_memory<T> && requires(const T& a) {
  { std::data(a) } -> pointer_to_numbers;
  std::size(a);
};

}  // namespace detail

/// A view of numbers as examples x values; nothing is copied. A matrix_view, an Eigen matrix, map or block is taken as it is; a vector, span, array or
/// Eigen column vector is one value per example (TF-Slim's squeezing of a last extent 1 is thereby done); a single number is 1 x 1.
/// Valid as long as what it was made from. Numbers are read as double, in which integers beyond 2^53 are rounded.
class values {
public:
  template <class T>
    requires std::is_arithmetic_v<T>
  values(T single) : type(&detail::element_type_of<T>), number(static_cast<double>(single)) {}

  template <detail::matrix_in_memory Matrix>
  values(const Matrix& m) : values(m.data(), static_cast<long>(m.rows()), static_cast<long>(m.cols()), detail::row_stride(m), detail::column_stride(m)) {}

  template <detail::array_in_memory Array>
  values(const Array& a) : values(std::data(a), static_cast<long>(std::size(a)), 1) {}

  /// `rows` examples of `columns` numbers each, one example after the other.
  template <class T>
  values(const T* first, long rows, long columns) : values(first, rows, columns, columns, 1) {}

  long rows() const { return extents[0]; }
  long columns() const { return extents[1]; }
  long size() const { return extents[0] * extents[1]; }
  double operator()(long row, long column = 0) const { return data == nullptr ? number : type->load(data, row * strides[0] + column * strides[1]); }

  const detail::element_type& element() const { return *type; }
  /// `threshold` as a number of this type can be compared with it: 0.1 is not below the single-precision number 0.1f.
  double comparable(double threshold) const { return type->integral ? threshold : type->cast(threshold); }

  bool has_shape_of(const values& other) const { return rows() == other.rows() && columns() == other.columns(); }
  std::string shape() const { return "[" + std::to_string(rows()) + ", " + std::to_string(columns()) + "]"; }

  /// These weights repeated to the shape of `weighted`; possible along extents that are 1 (TF-Slim 9.1). Throws slim::error otherwise.
  values repeated_for(const values& weighted, const char* metric) const {
    values repeated = *this;
    for (int axis = 0; axis < 2; ++axis) {
      if (extents[axis] == weighted.extents[axis]) continue;
      if (extents[axis] != 1)
        throw error(std::string(metric) + ": weights: expected the shape " + weighted.shape() + " or 1 in its place, found " + shape() +
                    "; give one number, one per example or one per value");
      repeated.extents[axis] = weighted.extents[axis];
      repeated.strides[axis] = 0;
    }
    return repeated;
  }

private:
  template <class T>
  values(const T* first, long rows, long columns, long row_stride, long column_stride)
      : type(&detail::element_type_of<T>), data(first), extents{rows, columns}, strides{row_stride, column_stride} {}

  const detail::element_type* type;
  const void* data = nullptr;  // null: `number` everywhere
  double number = 0;
  long extents[2] = {1, 1};
  long strides[2] = {0, 0};
};

/// Throws slim::error unless predictions and labels have one shape.
inline void check_same_shape(const char* metric, const values& predictions, const values& labels) {
  if (predictions.has_shape_of(labels)) return;
  const bool scores = predictions.columns() > 1 && labels.columns() == 1 && predictions.rows() == labels.rows();
  throw error(std::string(metric) + ": labels: expected the shape of the predictions, " + predictions.shape() + ", found " + labels.shape() +
              (scores ? "; turn scores into classes with of_argmax" : "; pass one label for each prediction"));
}

/// Throws slim::error unless a label is 0 or 1.
inline void check_binary_label(const char* metric, double label) {
  if (label != 0 && label != 1)
    throw error(std::string(metric) + ": labels must be 0 or 1, found " + exact_text(label) + "; compare class numbers with the class first");
}

/// Throws slim::error unless the ids of the examples that count are whole numbers; `weight` has one for each example.
inline void check_whole_ids(const char* metric, const values& ids, const values& weight) {
  for (long i = 0; i < ids.rows() && !ids.element().integral; ++i)
    for (long j = 0; j < ids.columns(); ++j)
      if (const double id = ids(i, j); weight(i) != 0 && id != std::floor(id))
        throw error{metric, ": labels: example ", i, ": expected class numbers, found ", id, "; mask what is to be ignored with weight 0"};
}

/// Calls visit(number, weight) for all numbers, row by row. Numbers of weight 0 are masked: nobody looks at them.
template <class Visit>
void for_each_weighted(const char* metric, const values& numbers, const values& weights, Visit visit) {
  const values weight = weights.repeated_for(numbers, metric);
  for (long i = 0; i < numbers.rows(); ++i)
    for (long j = 0; j < numbers.columns(); ++j)
      if (const double w = weight(i, j); w != 0) visit(numbers(i, j), w);
}

/// The same for predictions with their labels: visit(prediction, label, weight).
template <class Visit>
void for_each_pair(const char* metric, const values& predictions, const values& labels, const values& weights, Visit visit) {
  check_same_shape(metric, predictions, labels);
  const values weight = weights.repeated_for(predictions, metric);
  for (long i = 0; i < predictions.rows(); ++i)
    for (long j = 0; j < predictions.columns(); ++j)
      if (const double w = weight(i, j); w != 0) visit(predictions(i, j), labels(i, j), w);
}

}  // namespace slim::metrics

#include "slim/core/end.hpp"
