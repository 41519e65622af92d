#pragma once
#include "slim/core/begin.hpp"
// Collections of variables: what a variable is for, and lists of a user's own. TF-Slim section 10.

#include "slim/core/convertible.hpp"
#include "slim/core/text.hpp"

namespace slim {

/// `model` variables are what inference needs (those of layers), `global` ones are saved like them, `local` ones are neither trained nor saved, `own` ones are
/// in the collections that they name and in no other: trained, but not saved.
enum class variable_kind : unsigned char { model, global, local, own };
constexpr bool is_saved(variable_kind kind) { return kind == variable_kind::model || kind == variable_kind::global; }

/// Names of a user's own collections, at most four, each once: `collections = {"pretrained", "watched"}`.
struct collection_list {
  static constexpr int capacity = 4;
  const char* names[capacity]{};
  int count = 0;
  bool alone = false;  // no other collections

  constexpr collection_list() = default;
  template <detail::convertible<const char*>... Names>
    requires(sizeof...(Names) > 0 && sizeof...(Names) <= capacity)
  constexpr collection_list(const Names&... given) {
    (add(given), ...);
  }

  /// These and not that of all saved variables, as TensorFlow understands every list: `collections = collection_list::only("mine")`.
  template <detail::convertible<const char*>... Names>
  static constexpr collection_list only(const Names&... given) {
    collection_list list(given...);
    list.alone = true;
    return list;
  }

  constexpr bool contains(const char* name) const {
    for (int i = 0; i < count; ++i)
      if (equal(names[i], name)) return true;
    return false;
  }
  constexpr void add(const char* name) {
    if (!contains(name) && count < capacity) names[count++] = name;
  }
};

}  // namespace slim

#include "slim/core/end.hpp"
