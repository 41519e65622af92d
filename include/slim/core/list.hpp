#pragma once
#include "slim/core/begin.hpp"
// A growable array for compile-time passes. std::vector costs several times more inside the constant evaluators of g++ and clang.

#include "slim/core/standard.hpp"

namespace slim::detail {

/// A value-semantic sequence that constant expressions can grow. `T` must be default constructible and copyable.
/// Elements are default constructed ahead of use; indices are not checked.
template <class T>
class list {
public:
  constexpr list() = default;
  constexpr list(const list& other) { append(other); }
  constexpr list(list&& other) noexcept : items(other.items), length(other.length), room(other.room) {
    other.items = nullptr;
    other.length = other.room = 0;
  }
  constexpr list& operator=(const list& other) {
    if (this != &other) {
      length = 0;
      append(other);
    }
    return *this;
  }
  constexpr list& operator=(list&& other) noexcept {
    T* const own = items;
    const int own_length = length, own_room = room;
    items = other.items, length = other.length, room = other.room;
    other.items = own, other.length = own_length, other.room = own_room;
    return *this;
  }
  constexpr ~list() { delete[] items; }

  constexpr int size() const { return length; }
  constexpr bool empty() const { return length == 0; }
  constexpr T& operator[](int index) { return items[index]; }
  constexpr const T& operator[](int index) const { return items[index]; }
  constexpr T& back() { return items[length - 1]; }
  constexpr T* begin() { return items; }
  constexpr T* end() { return items + length; }
  constexpr const T* begin() const { return items; }
  constexpr const T* end() const { return items + length; }

  /// Appends `item`; returns its index.
  constexpr int push(const T& item) {
    if (length == room) {
      const T copy = item;  // `item` may live in the array that is about to move
      grow();
      items[length] = copy;
    } else {
      items[length] = item;
    }
    return length++;
  }
  constexpr void pop() { --length; }
  /// Forgets all elements from index `size` on.
  constexpr void shrink(int size) { length = size; }
  constexpr void resize(int size, const T& value) {
    const T copy = value;  // `value` may live in the array that is about to go
    if (size > room) {
      delete[] items;
      items = new T[static_cast<unsigned>(size)];
      room = size;
    }
    for (int i = 0; i < size; ++i) items[i] = copy;
    length = size;
  }
  constexpr void append(const list& other) {
    for (int i = 0; i < other.length; ++i) push(other.items[i]);
  }

private:
  constexpr void grow() {
    room = room == 0 ? 8 : room * 2;
    T* const wider = new T[static_cast<unsigned>(room)];
    for (int i = 0; i < length; ++i) wider[i] = static_cast<T&&>(items[i]);
    delete[] items;
    items = wider;
  }

  T* items = nullptr;
  int length = 0;
  int room = 0;
};

}  // namespace slim::detail

#include "slim/core/end.hpp"
