#pragma once
#include "slim/core/begin.hpp"
// Numbers of a model that stay where they are, seen as a matrix.

#include <span>
#include <type_traits>

namespace slim {

namespace detail {

/// What takes the numbers of a view by conversion: a matrix of Eigen, or a map. They are known by what they have, so that a program
/// without Eigen does not read his headers.
template <class Matrix, class T>
concept eigen_plain =
    requires { typename Matrix::StorageKind; } && std::is_same_v<typename Matrix::PlainObject, Matrix> && std::is_same_v<typename Matrix::Scalar, T>;
template <class Map, class T>
concept eigen_map =
    requires { typename Map::StorageKind; } && (std::is_same_v<typename Map::PointerArgType, T*> || std::is_same_v<typename Map::PointerArgType, const T*>);

template <class Matrix>
concept two_dimensional = requires(const Matrix& m) { m.rows(), m.cols(), m(0, 0); };

}  // namespace detail

/// A view of [rows, columns] numbers, one row after the other: one example in each for the results of a model; for a variable all extents but
/// the last are the rows, and a vector is a column. Converts to matrices of Eigen, which copies, and to maps, which do not; as_eigen (slim/eigen.hpp)
/// is the map for expressions. A range of all its numbers. `Rows` is -1 when they are known at run time only.
template <class T, long Columns, long Rows = -1>
class matrix_view {
public:
  using value_type = std::remove_const_t<T>;
  static constexpr long static_rows = Rows, static_columns = Columns;

  constexpr matrix_view(T* numbers, long rows = Rows) : first(numbers), height(rows) {}

  constexpr long rows() const { return height; }
  static constexpr long cols() { return Columns; }
  constexpr long size() const { return height * Columns; }
  constexpr T* data() const { return first; }
  constexpr T* begin() const { return first; }
  constexpr T* end() const { return first + size(); }

  constexpr T& operator()(long row, long column) const { return first[row * Columns + column]; }
  /// Number `i` of all.
  constexpr T& operator[](long i) const { return first[i]; }
  constexpr T& operator()(long i) const { return first[i]; }
  constexpr matrix_view<T, Columns, 1> row(long i) const { return {first + i * Columns}; }

  template <detail::eigen_plain<value_type> Matrix>
  operator Matrix() const {
    Matrix copy;
    copy.resize(rows(), cols());
    for (long i = 0; i < rows(); ++i)
      for (long j = 0; j < cols(); ++j) copy(i, j) = (*this)(i, j);
    return copy;
  }
  template <detail::eigen_map<T> Map>
  operator Map() const {
    static_assert(Map::IsRowMajor || Columns == 1 || Rows == 1, "numbers of a model lie row by row: map them as an Eigen::RowMajor matrix");
    return Map(first, rows(), cols());
  }

  /// Equal shapes and equal numbers.
  template <detail::two_dimensional Matrix>
  friend bool operator==(const matrix_view& a, const Matrix& b) {
    if (b.rows() != a.rows() || b.cols() != a.cols()) return false;
    for (long i = 0; i < a.rows(); ++i)
      for (long j = 0; j < a.cols(); ++j)
        if (!(a(i, j) == b(i, j))) return false;
    return true;
  }

private:
  T* first;
  long height;
};

}  // namespace slim

template <class T, long Columns, long Rows>
inline constexpr bool std::ranges::enable_borrowed_range<slim::matrix_view<T, Columns, Rows>> = true;

#include "slim/core/end.hpp"
