#pragma once
#include "slim/core/begin.hpp"
// Several metrics updated and read at once. TF-Slim section 9.2: aggregate_metrics, aggregate_metric_map.

#include <boost/hana/at_key.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/map.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/type.hpp>
#include <boost/hana/unpack.hpp>
#include <tuple>
#include <type_traits>
#include <utility>

#include "slim/core/text.hpp"
#include "slim/metrics/argmax.hpp"

namespace slim::metrics {

namespace hana = boost::hana;

/// A tuple of metrics. Made by aggregate_metrics.
template <class... Metrics>
class metric_list {
public:
  explicit metric_list(Metrics... list) : metrics(std::move(list)...) {}

  /// Adds one batch to all; each argument list is (predictions, labels[, weights]), whatever a metric's own order is. Returns a std::tuple of
  /// what the updates return.
  template <class Predictions, class Labels, class... Weights>
  auto update(const Predictions& predictions, const Labels& labels, const Weights&... weights) {
    // Braces, because their elements are evaluated in order.
    return std::apply([&](auto&... m) { return std::tuple{update_metric(m, predictions, labels, weights...)...}; }, metrics);
  }
  /// The values as a std::tuple.
  auto value() const {
    return std::apply([](const auto&... m) { return std::tuple{m.value()...}; }, metrics);
  }
  void reset() {
    std::apply([](auto&... m) { (m.reset(), ...); }, metrics);
  }
  /// Metric number `I`, to update it with arguments of its own.
  template <int I>
  auto& at() {
    return std::get<I>(metrics);
  }

private:
  std::tuple<Metrics...> metrics;
};

/// auto [accuracy, error] = aggregate_metrics(streaming_accuracy(), streaming_mean_absolute_error()).update(predictions, labels);
template <class... Metrics>
metric_list<Metrics...> aggregate_metrics(Metrics... metrics) {
  static_assert(sizeof...(Metrics) > 0, "aggregate_metrics: give it at least one metric");
  return metric_list<Metrics...>(std::move(metrics)...);
}

/// Identity of a name in the compile-time map.
template <text Name>
struct metric_name {
  static constexpr const char* string = Name.c_str();
};

/// A metric or a value under a name.
template <text Name, class T>
using named = hana::pair<hana::type<metric_name<Name>>, T>;

/// Names a metric for aggregate_metric_map: metric<"eval/Accuracy">(streaming_accuracy()).
template <text Name, class Metric>
named<Name, Metric> metric(Metric m) {
  return hana::make_pair(hana::type_c<metric_name<Name>>, std::move(m));
}

template <class Named>
using name_type = std::remove_cvref_t<decltype(hana::first(std::declval<Named>()))>;

template <class Name, class... Named>
inline constexpr int times_named = (0 + ... + (std::is_same_v<name_type<Named>, Name> ? 1 : 0));

/// A metric has this name.
template <text Name, class... Named>
concept has_metric = times_named<hana::type<metric_name<Name>>, Named...> > 0;

/// Things under names that are known to the compiler: an unknown name does not compile.
template <class... Named>
class named_map {
  static_assert(((times_named<name_type<Named>, Named...> == 1) && ...), "two metrics have the same name");

public:
  explicit named_map(Named... pairs) : entries(hana::make_map(std::move(pairs)...)) {}

  template <text Name>
    requires has_metric<Name, Named...>
  auto& at() {
    return hana::at_key(entries, hana::type_c<metric_name<Name>>);
  }
  template <text Name>
    requires has_metric<Name, Named...>
  const auto& at() const {
    return hana::at_key(entries, hana::type_c<metric_name<Name>>);
  }
  static constexpr int size() { return sizeof...(Named); }

  /// Calls visit(name, entry) for all entries, name a `const char*`.
  template <class Visit>
  void for_each(Visit visit) const {
    hana::for_each(entries, [&](const auto& pair) { visit(decltype(+hana::first(pair))::type::string, hana::second(pair)); });
  }

protected:
  hana::map<Named...> entries;
};

/// Metrics by name. Made by aggregate_metric_map.
template <class... Named>
class metric_map : public named_map<Named...> {
public:
  using named_map<Named...>::named_map;

  /// Adds one batch to all; the arguments are (predictions, labels[, weights]), whatever a metric's own order is. Returns what the updates
  /// return, by name.
  template <class Predictions, class Labels, class... Weights>
  auto update(const Predictions& predictions, const Labels& labels, const Weights&... weights) {
    return transformed([&](auto& m) { return update_metric(m, predictions, labels, weights...); });
  }
  /// The values by name: map.value().at<"accuracy">().
  auto value() const {
    return const_cast<metric_map&>(*this).transformed([](const auto& m) { return m.value(); });
  }
  template <text Name>
  auto value() const {
    static_assert(times_named<hana::type<metric_name<Name>>, Named...> > 0, "no metric has this name");
    if constexpr (has_metric<Name, Named...>) return this->template at<Name>().value();
    else return 0.0;
  }
  void reset() {
    hana::for_each(this->entries, [](auto& pair) { hana::second(pair).reset(); });
  }

private:
  template <class Change>
  auto transformed(Change change) {
    return hana::unpack(this->entries, [&](auto&... pairs) {
      return named_map{hana::make_pair(hana::first(pairs), change(hana::second(pairs)))...};  // braces: in order
    });
  }
};

/// auto metrics = aggregate_metric_map(metric<"accuracy">(streaming_accuracy()), metric<"precision">(streaming_precision())).
template <class... Named>
  requires(sizeof...(Named) > 0)
metric_map<Named...> aggregate_metric_map(Named... metrics) {
  return metric_map<Named...>(std::move(metrics)...);
}

}  // namespace slim::metrics

#include "slim/core/end.hpp"
