#pragma once
#include "slim/core/begin.hpp"
// The summaries of a program: what TF-Slim keeps in its collection SUMMARIES.

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "slim/summary/event.hpp"

namespace slim::summaries {

/// Named callables that produce summaries when they are due, in the order of their addition. What they read must outlive the set.
class summary_set {
public:
  summary_set() = default;
  summary_set(summary_set&&) = default;
  summary_set& operator=(summary_set&&) = default;

  /// `evaluate(tag, values)` appends to the std::vector<summary_value>. Returns the tag: `name` with characters other than letters,
  /// digits and -./_ replaced by _, and, when another summary has that name, _1, _2 ... behind it, as in TensorFlow.
  template <class Evaluate>
  std::string add(const std::string& name, Evaluate evaluate) {
    std::string tag = unique(cleaned(name));
    summaries.push_back(std::make_unique<callable<Evaluate>>(tag, std::move(evaluate)));
    return tag;
  }

  /// All summaries, now.
  std::vector<summary_value> evaluate() const {
    std::vector<summary_value> values;
    for (const auto& one : summaries) one->evaluate(values);
    return values;
  }

  std::size_t size() const { return summaries.size(); }

private:
  struct summary {
    virtual ~summary() = default;
    virtual void evaluate(std::vector<summary_value>& values) = 0;
  };
  template <class Evaluate>
  struct callable : summary {
    callable(std::string with_tag, Evaluate with) : tag(std::move(with_tag)), produce(std::move(with)) {}
    void evaluate(std::vector<summary_value>& values) override { produce(tag, values); }
    std::string tag;
    Evaluate produce;
  };

  static std::string cleaned(std::string name) {
    name.erase(0, name.find_first_not_of('/'));
    for (char& c : name) {
      const bool legal = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '/' || c == '_';
      if (!legal) c = '_';
    }
    return name;
  }

  std::string unique(const std::string& name) {
    std::string tag = name;
    for (int number = 1; !tags.insert(tag).second; ++number) tag = name + "_" + std::to_string(number);
    return tag;
  }

  std::vector<std::unique_ptr<summary>> summaries;
  std::set<std::string> tags;
};

}  // namespace slim::summaries

#include "slim/core/end.hpp"
