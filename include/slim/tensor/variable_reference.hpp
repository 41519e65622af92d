#pragma once
// A variable, known by name while the program runs: a weight, an optimizer's state, a counter.

#include <span>
#include <string>
#include <utility>

#include "slim/core/error.hpp"
#include "slim/shape/shape.hpp"
#include "slim/tensor/dtype.hpp"

namespace slim {

/// Refers to numbers in the memory of a model or a train_op, which must outlive it. Writing through it changes the variable.
class variable_reference {
public:
  template <class T>
  variable_reference(std::string full_name, const slim::shape& of, T* first)
      : name(std::move(full_name)), extent(of), type(dtype_of<T>()), data(reinterpret_cast<std::byte*>(first)) {}

  /// The numbers, row by row. Throws slim::error when they are not of type `T`.
  template <class T>
  std::span<T> values() const {
    if (type != dtype_of<T>())
      throw error("variable '" + name + "': expected " + name_of(dtype_of<T>()) + ", found " + name_of(type) + "; ask for its own type");
    return {reinterpret_cast<T*>(data), static_cast<std::size_t>(extent.size())};
  }

  std::span<std::byte> bytes() const { return {data, static_cast<std::size_t>(extent.size()) * size_of(type)}; }

  std::string name;
  slim::shape extent;
  dtype type;

private:
  std::byte* data;
};

}  // namespace slim
