#pragma once
#include "slim/core/begin.hpp"
// What a model is told besides its network: inputs, labels, precision, batch, and which end points to keep.

#include <type_traits>

#include "slim/core/room_for.hpp"
#include "slim/core/text.hpp"
#include "slim/shape/shape.hpp"

namespace slim {

/// One input of the network: the shape of one example. input<28, 28, 1> is an image, input<> one number per example.
template <int... Extents>
struct input {
  static constexpr bool few = sizeof...(Extents) <= slim::shape::max_rank, positive = (true && ... && (Extents >= 1));
  static_assert(few, "input<...>: at most five extents, without the batch");
  static_assert(positive, "input<...>: every extent is at least 1");
  static constexpr slim::shape extent = [] {
    slim::shape s;
    (void(s.rank < slim::shape::max_rank ? s.extents[s.rank++] = Extents < 1 ? 1 : Extents : 0), ...);
    return s;
  }();
};

/// The shape of the labels that a loss passed to create_train_op gets; without it the loss decides (class numbers for
/// sparse_softmax_cross_entropy, the shape of the predictions otherwise).
template <int... Extents>
struct labels : input<Extents...> {};

/// Fixes the batch at N: arenas are sized for it and `arena_bytes` is a constant.
template <int N>
struct batch {
  static_assert(N >= 1, "batch<N>: at least one example");
  static constexpr int size = N;
};

/// Scalar type of all arithmetic: precision<double>. float without it.
template <class T>
struct precision {
  static constexpr bool computes = std::is_same_v<T, float> || std::is_same_v<T, double>;
  static_assert(computes, "precision<...>: float or double");
  using type = std::conditional_t<computes, T, float>;
};

/// Keeps the named end point readable after a run; keep<"*"> keeps all of them.
template <text Name>
struct keep {
  static constexpr const char* name = Name.characters;
};

namespace detail {

template <class Option>
inline constexpr bool is_input = false;
template <int... E>
inline constexpr bool is_input<input<E...>> = true;
template <class Option>
inline constexpr bool is_labels = false;
template <int... E>
inline constexpr bool is_labels<labels<E...>> = true;

}  // namespace detail

/// The options of a model, sorted by kind.
template <class... Given>
struct model_options {
  static constexpr int input_count = (0 + ... + (detail::is_input<Given> ? 1 : 0));
  static constexpr int kept_count = (0 + ... + (requires { Given::name; } ? 1 : 0));
  static constexpr bool has_labels = (false || ... || detail::is_labels<Given>);
  static constexpr int fixed_batch = [] {
    int n = 0;
    (
        [&] {
          if constexpr (requires { Given::size; }) n = Given::size;
        }(),
        ...);
    return n;
  }();

  template <class Default, class... Rest>
  struct type_of {
    using type = Default;
  };
  template <class Default, class First, class... Rest>
  struct type_of<Default, First, Rest...> : type_of<Default, Rest...> {};
  template <class Default, class T, class... Rest>
  struct type_of<Default, precision<T>, Rest...> : precision<T> {};
  using scalar = typename type_of<float, Given...>::type;

  struct shapes {
    slim::shape items[room_for(input_count)]{};
    constexpr const slim::shape& operator[](int i) const { return items[i]; }
  };
  static constexpr shapes input_extents = [] {
    shapes all;
    int i = 0;
    (
        [&] {
          if constexpr (detail::is_input<Given>) all.items[i++] = Given::extent;
        }(),
        ...);
    return all;
  }();
  static constexpr slim::shape label_extent = [] {
    slim::shape s;
    (
        [&] {
          if constexpr (detail::is_labels<Given>) s = Given::extent;
        }(),
        ...);
    return s;
  }();
  struct names {
    const char* items[room_for(kept_count + 1)]{};
    constexpr const char* operator[](int i) const { return items[i]; }
  };
  static constexpr names kept = [] {
    names all;
    int i = 0;
    (
        [&] {
          if constexpr (requires { Given::name; }) all.items[i++] = Given::name;
        }(),
        ...);
    return all;
  }();
};

}  // namespace slim

#include "slim/core/end.hpp"
