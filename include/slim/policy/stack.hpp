#pragma once
#include "slim/core/begin.hpp"
// The arg_scopes that are open at one point of a network: which layer kind gets which argument. TF-Slim section 1.

#include "slim/core/list.hpp"
#include "slim/policy/keyword.hpp"

namespace slim {

/// One default: calls of `layer` take `value` for the keyword it names.
struct policy_entry {
  const void* layer = nullptr;
  const argument_base* value = nullptr;
  int group = -1;  // entries written as one argument of one arg_scope
};

/// A default that owns its value.
struct held_entry {
  const void* layer = nullptr;
  const argument_base* value = nullptr;

  constexpr held_entry() = default;
  constexpr explicit held_entry(const policy_entry& entry) : layer(entry.layer), value(entry.value->copy(*entry.value)) {}
  constexpr held_entry(const held_entry& other) : layer(other.layer), value(other.value == nullptr ? nullptr : other.value->copy(*other.value)) {}
  constexpr held_entry& operator=(held_entry other) {
    const argument_base* const own = value;
    layer = other.layer, value = other.value, other.value = own;
    return *this;
  }
  constexpr ~held_entry() {
    if (value != nullptr) value->destroy(value);
  }
};

/// One argument of one arg_scope, and whether some layer inside could take it.
struct policy_group {
  const argument_base* value = nullptr;
  bool used = false;
};

/// Defaults in force, innermost last. Entries below `visible_from` are hidden by a re-entered scope.
struct policy_stack {
  detail::list<policy_entry> entries;
  detail::list<policy_group> groups;
  int visible_from = 0;

  /// The default of `key` for calls of `layer`; null when no open arg_scope gives one.
  constexpr const policy_entry* find(const void* layer, const void* key) const {
    const policy_entry* const all = entries.begin();
    for (int i = entries.size() - 1; i >= visible_from; --i)
      if (same_identity(all[i].value->key, key) && same_identity(all[i].layer, layer)) return all + i;
    return nullptr;
  }

  /// A call of `layer`: every visible default for it has found its reader.
  constexpr void mark_used(const void* layer) {
    for (int i = entries.size() - 1; i >= visible_from; --i)
      if (same_identity(entries[i].layer, layer) && entries[i].group >= 0) groups[entries[i].group].used = true;
  }
};

}  // namespace slim

#include "slim/core/end.hpp"
