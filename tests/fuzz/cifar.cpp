#include "slim/data/cifar.hpp"

#include "tests/fuzz/fuzz.hpp"

std::vector<std::string> seeds() { return {std::string(3073, '\1'), std::string(2 * 3074, '\1'), "\x1f\x8b\x08"}; }

void consume(std::string_view bytes) {
  namespace detail = slim::data::detail;
  for (const auto& format : {detail::cifar10_format, detail::cifar100_format(slim::data::cifar100_labels::fine)}) {
    slim::data::labelled_pixels set;
    try {
      slim::data::byte_source source(slim::data::in_memory{bytes});
      detail::read_cifar(source, format, set);
    } catch (const slim::error&) {}
    expect(set.pixels.size() == static_cast<std::size_t>(set.count) * 3072 && set.labels.size() == static_cast<std::size_t>(set.count));
    for (const int label : set.labels) expect(label >= 0 && label < set.classes);
  }
}
