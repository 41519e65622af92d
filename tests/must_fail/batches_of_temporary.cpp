// `batches` refers to its data set; a temporary one would be gone before the first batch.
#include "slim/data/batches.hpp"

slim::data::labelled_images load();

float first_value() {
#ifdef REPAIRED
  const auto set = load();
  slim::data::batches source(set, 32);
#else
  slim::data::batches source(load(), 32);
#endif
  return source.next().images[0];
}
