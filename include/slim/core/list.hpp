#pragma once
#include "slim/core/begin.hpp"
// A growable array for compile-time passes. Most of what a network costs inside the constant evaluators of g++ and clang is here: std::vector costs
// several times more, and so does room of default constructed elements, because each is a value that is made, moved and thrown away.

#include <memory>

#include "slim/core/standard.hpp"

namespace slim::detail {

/// A value-semantic sequence that constant expressions can grow. Indices are not checked. Long loops take begin() once and index that: a call for each element
/// would be most of what they cost. Numbers are assigned and not constructed: that is one
/// call less for each in a constant evaluation.
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
      shrink(0);
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
  constexpr ~list() {
    shrink(0);
    release();
  }

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
      reserve(room == 0 ? 8 : room * 2);
      if constexpr (plain) items[length] = copy;
      else std::construct_at(items + length, copy);
    } else {
      if constexpr (plain) items[length] = item;
      else std::construct_at(items + length, item);
    }
    return length++;
  }
  constexpr void pop() { shrink(length - 1); }
  /// Forgets all elements from index `size` on.
  constexpr void shrink(int size) {
    if constexpr (!trivially_destroyed)
      for (int i = size; i < length; ++i) std::destroy_at(items + i);
    length = size;
  }
  /// `size` elements, all equal to `value`.
  constexpr void resize(int size, const T& value) {
    const T copy = value;  // `value` may live in the array that is about to go
    shrink(0);
    if constexpr (plain)
      if (size > room && copy == T{}) {  // zeros come with the memory
        release();
        items = new T[static_cast<unsigned>(size)]{};
        length = room = size;
        return;
      }
    reserve(size);
    for (int i = 0; i < size; ++i)
      if constexpr (plain) items[i] = copy;
      else std::construct_at(items + i, copy);
    length = size;
  }
  constexpr void append(const list& other) {
    const int added = other.length;
    if (length + added > room) reserve(length + added);
    for (int i = 0; i < added; ++i)
      if constexpr (plain) items[length + i] = other.items[i];
      else std::construct_at(items + length + i, other.items[i]);
    length += added;
  }
  /// Memory for `size` elements, so that fewer pushes have to move what is there.
  constexpr void reserve(int size) {
    if (size <= room) return;
    T* wider = nullptr;
    if constexpr (plain) wider = new T[static_cast<unsigned>(size)];
    else wider = std::allocator<T>().allocate(static_cast<unsigned>(size));
    for (int i = 0; i < length; ++i) {
      if constexpr (plain) wider[i] = items[i];
      else std::construct_at(wider + i, static_cast<T&&>(items[i]));
      if constexpr (!trivially_destroyed) std::destroy_at(items + i);
    }
    release();
    items = wider, room = size;
  }

private:
  static constexpr bool plain = !std::is_class_v<T>;
  // The compilers' own words: std::is_trivially_destructible is a dozen class templates for each type.
#ifdef __clang__
  static constexpr bool trivially_destroyed = __is_trivially_destructible(T);
#else
  static constexpr bool trivially_destroyed = __has_trivial_destructor(T);
#endif

  constexpr void release() {
    if constexpr (plain) delete[] items;
    else if (room > 0) std::allocator<T>().deallocate(items, static_cast<unsigned>(room));
  }

  T* items = nullptr;
  int length = 0;
  int room = 0;
};

}  // namespace slim::detail

#include "slim/core/end.hpp"
