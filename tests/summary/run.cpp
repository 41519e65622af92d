#include "slim/summary/run.hpp"

#include <doctest/doctest.h>

#include "slim/data/tfrecord.hpp"
#include "slim/summary/event_message.hpp"
#include "tests/data/files.hpp"

using namespace slim::summaries;

namespace {

// An event file with the scalar "loss" = value at each (step, value).
std::string losses(std::initializer_list<std::pair<int, float>> points, const char* tag = "loss") {
  std::string bytes;
  slim::data::append_tfrecord(bytes, encode(event{1, 0, "brain.Event:2", {}}));
  for (const auto& [step, value] : points) slim::data::append_tfrecord(bytes, encode(event{static_cast<double>(100 + step), step, {}, {{tag, value}}}));
  return bytes;
}

std::string text(const series<float>& points) {
  std::string result;
  for (const auto& one : points) result += std::to_string(one.step) + "=" + std::to_string(static_cast<int>(one.content)) + " ";
  return result;
}

}  // namespace

TEST_CASE("a resumed run replaces what it did again") {
  const scratch_directory place;
  place.write("events.out.tfevents.0000000001.a", losses({{1, 10}, {2, 20}, {3, 30}, {4, 40}}));
  place.write("events.out.tfevents.0000000002.a", losses({{3, 31}, {4, 41}, {5, 51}}));
  place.write("notes.txt", "not an event file");
  std::filesystem::create_symlink("nowhere", place.path("events.out.tfevents.0000000003.a"));
  const auto runs = read_runs(place.directory.string());
  REQUIRE(runs.size() == 1);
  const run& only = runs.at(".");
  CHECK(text(only.scalars.at("loss")) == "1=10 2=20 3=31 4=41 5=51 ");
  CHECK(only.scalars.at("loss")[0].wall_time == 101);
  CHECK(only.histograms.empty());
  CHECK(only.problems.empty());
}

TEST_CASE("a run that says where it goes on discards nothing before") {
  const scratch_directory place;
  std::string resumed;
  slim::data::append_tfrecord(resumed, encode(event{1, 0, "brain.Event:2", {}}));
  slim::data::append_tfrecord(resumed, encode(event{1, 3, {}, {}, true}));
  place.write("events.out.tfevents.0000000001.a", losses({{1, 10}, {2, 20}, {3, 30}, {4, 40}}));
  place.write("events.out.tfevents.0000000002.a", resumed + losses({{2, 21}, {5, 51}}).substr(losses({}).size()));
  CHECK(text(read_runs(place.directory.string()).at(".").scalars.at("loss")) == "1=10 2=20 2=21 5=51 ");
}

TEST_CASE("an evaluation that writes beside the training discards nothing of it") {
  const scratch_directory place;
  place.write("events.out.tfevents.0000000001.a", losses({{1, 10}, {2, 20}, {3, 30}, {4, 40}}));
  place.write("events.out.tfevents.0000000002.a", losses({{2, 1}, {4, 2}}, "accuracy"));
  place.write("events.out.tfevents.0000000003.a", losses({{4, 3}}, "accuracy"));
  const auto scalars = read_runs(place.directory.string()).at(".").scalars;
  CHECK(text(scalars.at("loss")) == "1=10 2=20 3=30 4=40 ");
  CHECK(text(scalars.at("accuracy")) == "2=1 4=3 ");
}

TEST_CASE("each folder is a run; kinds of summaries are kept apart") {
  const scratch_directory place;
  place.write("a/events.out.tfevents.1.h", losses({{1, 1}}));
  std::string mixed;
  slim::data::append_tfrecord(mixed, encode(event{1, 0, "brain.Event:2", {}}));
  slim::data::append_tfrecord(mixed, encode(event{2, 5, {}, {{"h", histogram{0, 1, 2, 1, 1, {1, 2}, {1, 1}}}, {"i", encoded_image{1, 2, 3, "png"}}}}));
  place.write("b/eval/events.out.tfevents.1.h", mixed);
  const auto runs = read_runs(place.directory.string());
  REQUIRE(runs.size() == 2);
  CHECK(runs.at("a").scalars.size() == 1);
  const run& other = runs.at("b/eval");
  CHECK(other.scalars.empty());
  CHECK(other.histograms.at("h").at(0).content.num == 2);
  CHECK(other.images.at("i").at(0).content.width == 2);
  CHECK(other.images.at("i").at(0).step == 5);
}

TEST_CASE("a cut file gives what it has, a foreign one nothing, and both are told") {
  const scratch_directory place;
  const std::string whole = losses({{1, 1}, {2, 2}});
  place.write("events.out.tfevents.1.h", whole.substr(0, whole.size() - 5));
  place.write("events.out.tfevents.2.h", "a text that was renamed to look like events");
  place.write("events.out.tfevents.3.h", losses({{2, 9}}));
  const run result = read_runs(place.directory.string()).at(".");
  CHECK(text(result.scalars.at("loss")) == "1=1 2=9 ");
  REQUIRE(result.problems.size() == 2);
  CHECK(result.problems[0].find("the file is truncated") != std::string::npos);
  CHECK(result.problems[1].find("is this a TFRecord file?") != std::string::npos);
}

TEST_CASE("folders without events are refused") {
  const scratch_directory place;
  CHECK_THROWS_WITH_AS(read_runs(place.directory.string()),
                       ("read events: " + place.directory.string() +
                        ": expected files *.tfevents.* in this folder or below, found none; is this the "
                        "logdir of a run?")
                           .c_str(),
                       slim::error);
  CHECK_THROWS_WITH_AS(read_runs(place.path("missing")),
                       ("read events: " + place.path("missing") +
                        ": expected a readable folder, found No such file or directory; "
                        "check the path")
                           .c_str(),
                       slim::error);
}
