#include <filesystem>

#include <slim/core/error.hpp>

#include "flags.hpp"

std::string tfmodel_folder() { return (std::filesystem::temp_directory_path() / "tfmodel").string(); }

const classifier& find_classifier(const dataset_flags& flags) {
  const auto number = [](int n) { return std::to_string(n); };
  const image_set* const images = find_images(flags.dataset_name);
  if (images == nullptr) {
    std::string known;
    for (const image_set& one : image_sets) known += (known.empty() ? "" : ", ") + std::string(one.name);
    throw slim::error("--dataset_name: expected one of " + known + ", found " + flags.dataset_name +
                      "; choose one of these, or convert your images as one of them");
  }
  const int classes = images->classes - flags.labels_offset;
  std::string compiled;
  for (const classifier* const one : compiled_classifiers()) {
    if (one->model_name == flags.model_name && one->channels == images->channels && one->classes == classes &&
        one->image_size == flags.image_size.value_or(one->default_image_size))
      return *one;
    compiled += (compiled.empty() ? "" : ", ") + std::string(one->model_name) + " for " + number(one->image_size) + "x" + number(one->image_size) + "x" +
                number(one->channels) + " in " + number(one->classes) + " classes";
  }
  std::string wanted = flags.model_name + "/" + flags.dataset_name;
  if (flags.image_size) wanted.append("@").append(number(*flags.image_size));
  if (flags.labels_offset != 0) wanted.append("+").append(number(flags.labels_offset));
  const std::string size = flags.image_size ? number(*flags.image_size) + "x" + number(*flags.image_size) + "x" + number(images->channels)
                                            : number(images->channels) + (images->channels == 1 ? " channel" : " channels");
  throw slim::error("--model_name: expected a network that was compiled in (" + compiled + "), found " + flags.model_name + " for " + size + " in " +
                    number(classes) + " classes; add it: meson configure BUILD -Dmodels=" + std::string(built_with.models) +
                    (built_with.models.empty() ? "" : ",") + wanted);
}
