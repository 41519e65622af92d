#pragma once
#include "slim/core/begin.hpp"
// COCO's images as those with and without a person: TF-Slim's build_visualwakewords_data. Link with jpeg, png and zlib.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/core/json.hpp"
#include "slim/data/convert_dataset.hpp"
#include "slim/data/sha256.hpp"

namespace slim::data {

/// Where COCO lies, under the names of TF-Slim's flags. A split without an image folder is left out.
struct visualwakewords_source {
  std::string train_image_dir = {}, train_annotations_file = {};  ///< train2014, annotations/instances_train2014.json
  std::string val_image_dir = {}, val_annotations_file = {};
  double small_object_area_threshold = 0.005;  ///< objects below this share of their image do not count
  std::string foreground_class_of_interest = "person";
  int train_shards = 100, val_shards = 10;
};

namespace detail {

/// The parts of COCO's "instances" files that are wanted. Reading throws slim::error with the place of what is not there.
class coco_instances {
public:
  struct object {
    double x, y, width, height, area;
  };
  struct image {
    std::int64_t id;
    std::string file_name;
    int height, width;
    std::vector<object> objects;  // of the class of interest, the small ones left out
  };
  std::vector<image> images;

  coco_instances(const std::string& path, const std::string& interest, double threshold) : file(path) {
    std::string text = read_image_file(path);
    rapidjson::Document all;
    all.ParseInsitu<rapidjson::kParseIterativeFlag>(text.data());
    if (all.HasParseError())
      fail(std::string("JSON, ") + rapidjson::GetParseError_En(all.GetParseError()) + " at byte " + std::to_string(all.GetErrorOffset()), "a damaged file");
    const rapidjson::Value* category = nullptr;
    for (const auto& one : array(all, "categories"))
      if (string(one, "name") == interest) category = &member(one, "id");
    if (category == nullptr) fail("a category '" + interest + "'", "none of this name");
    std::unordered_map<std::int64_t, std::size_t> by_id;
    for (const auto& one : array(all, "images")) {
      by_id[whole(one, "id")] = images.size();
      images.push_back({whole(one, "id"), string(one, "file_name"), static_cast<int>(whole(one, "height")), static_cast<int>(whole(one, "width")), {}});
      if (images.back().height < 1 || images.back().width < 1) fail("a height and a width of " + images.back().file_name, "less than 1");
    }
    for (const auto& one : array(all, "annotations")) {
      if (member(one, "category_id") != *category) continue;
      const auto found = by_id.find(whole(one, "image_id"));
      if (found == by_id.end()) continue;
      image& in = images[found->second];
      const auto& box = array(one, "bbox");
      if (box.Size() != 4) fail("4 numbers in a bbox", std::to_string(box.Size()));
      const auto edge = [&](rapidjson::SizeType i) { return number(box[i], "bbox"); };
      const object thing{edge(0), edge(1), edge(2), edge(3), number(member(one, "area"), "area")};
      if (!(thing.area / (static_cast<double>(in.height) * in.width) < threshold)) in.objects.push_back(thing);
    }
  }

private:
  [[noreturn]] void fail(const std::string& expected, const std::string& found) const {
    throw error("build_visualwakewords_data: " + file + ": expected " + expected + ", found " + found + "; give a file of COCO's instances");
  }
  const rapidjson::Value& member(const rapidjson::Value& of, const char* name) const {
    if (!of.IsObject()) fail("objects with a member '" + std::string(name) + "'", "something else");
    const auto found = of.FindMember(name);
    if (found == of.MemberEnd()) fail("a member '" + std::string(name) + "'", "none");
    return found->value;
  }
  rapidjson::Value::ConstArray array(const rapidjson::Value& of, const char* name) const {
    const rapidjson::Value& value = member(of, name);
    if (!value.IsArray()) fail("a list '" + std::string(name) + "'", "something else");
    return value.GetArray();
  }
  std::string string(const rapidjson::Value& of, const char* name) const {
    const rapidjson::Value& value = member(of, name);
    if (!value.IsString()) fail("a text '" + std::string(name) + "'", "something else");
    return slim::detail::text_of(value);
  }
  std::int64_t whole(const rapidjson::Value& of, const char* name) const {
    const rapidjson::Value& value = member(of, name);
    if (!value.IsInt64()) fail("a whole number '" + std::string(name) + "'", "something else");
    return value.GetInt64();
  }
  double number(const rapidjson::Value& value, const char* name) const {
    if (!value.IsNumber()) fail("numbers in '" + std::string(name) + "'", "something else");
    return value.GetDouble();
  }

  std::string file;
};

inline std::string visualwakewords_example(const coco_instances::image& image, const std::string& image_dir, const std::string& interest) {
  const std::string path = image_dir + "/" + image.file_name;
  std::string bytes = read_image_file(path);
  if (!is_jpeg(bytes)) throw error("build_visualwakewords_data: " + path + ": expected a JPEG, found other bytes; check the file");
  float_list edges[4], areas;
  bytes_list texts;
  for (const coco_instances::object& thing : image.objects) {
    if (thing.width <= 0 || thing.height <= 0 || thing.x + thing.width > image.width || thing.y + thing.height > image.height) continue;
    edges[0].push_back(static_cast<float>(thing.x / image.width)), edges[1].push_back(static_cast<float>((thing.x + thing.width) / image.width));
    edges[2].push_back(static_cast<float>(thing.y / image.height)), edges[3].push_back(static_cast<float>((thing.y + thing.height) / image.height));
    areas.push_back(static_cast<float>(thing.area));
    texts.push_back(interest);
  }
  const int label = image.objects.empty() ? 0 : 1;
  std::string key = sha256(bytes);
  features all = image_to_tfexample(std::move(bytes), "jpeg", image.height, image.width, label);
  all["image/filename"] = bytes_list{image.file_name};
  all["image/source_id"] = bytes_list{std::to_string(image.id)};
  all["image/key/sha256"] = bytes_list{std::move(key)};
  all["image/class/text"] = std::move(texts);
  const char* const names[] = {"image/object/bbox/xmin", "image/object/bbox/xmax", "image/object/bbox/ymin", "image/object/bbox/ymax"};
  for (std::size_t i = 0; i < 4; ++i) all[names[i]] = std::move(edges[i]);
  all["image/object/class/label"] = int64_list{label};
  all["image/object/area"] = std::move(areas);
  return serialize(all);
}

}  // namespace detail

/// Writes train.record-00000-of-00100, val.record-00000-of-00010 and so on, with TF-Slim's features, and labels.txt: what
/// dataset_factory::get_dataset("visualwakewords", …) reads. The label is 1 where an object of the class of interest takes `small_object_area_threshold` of its
/// image or more. Images go to the files by turns, their bytes stay. Returns false, and does nothing, if all files exist. Throws slim::error for files that are
/// not COCO's.
inline bool build_visualwakewords_data(const visualwakewords_source& from, const std::string& output_dir) {
  const struct {
    const char* name;
    const std::string &image_dir, &annotations_file;
    int shards;
  } splits[] = {{"train", from.train_image_dir, from.train_annotations_file, from.train_shards},
                {"val", from.val_image_dir, from.val_annotations_file, from.val_shards}};
  const auto paths_of = [&](const auto& split) {
    std::vector<std::string> paths;
    for (int shard = 0; !split.image_dir.empty() && shard < split.shards; ++shard) {
      char numbers[64];
      std::snprintf(numbers, sizeof numbers, ".record-%05d-of-%05d", shard, split.shards);
      paths.push_back(output_dir + "/" + split.name + numbers);
    }
    return paths;
  };
  bool exist = true, any = false;
  for (const auto& split : splits) {
    if (split.shards < 1 || split.shards > 1000)  // all of them are open at once
      throw error(std::string("build_visualwakewords_data: ") + split.name + "_shards: expected 1 .. 1000, found " + std::to_string(split.shards) +
                  "; choose a number in this range");
    exist = exist && detail::all_exist(paths_of(split)), any = any || !split.image_dir.empty();
  }
  if (!any) throw error("build_visualwakewords_data: expected a train_image_dir or a val_image_dir, found none; give one");
  if (exist) return false;
  detail::make_folder(output_dir);
  write_label_file({"background", from.foreground_class_of_interest}, output_dir);
  for (const auto& split : splits) {
    if (split.image_dir.empty()) continue;
    const detail::coco_instances all(split.annotations_file, from.foreground_class_of_interest, from.small_object_area_threshold);
    std::deque<tfrecord_writer> writers;
    for (const std::string& path : paths_of(split)) writers.emplace_back(path);
    for (std::size_t i = 0; i < all.images.size(); ++i)
      writers[i % writers.size()].write(detail::visualwakewords_example(all.images[i], split.image_dir, from.foreground_class_of_interest));
    for (tfrecord_writer& writer : writers) writer.close();
  }
  return true;
}

}  // namespace slim::data

#include "slim/core/end.hpp"
