// Draws what training runs wrote for TensorBoard: one HTML page that needs no network, and a table in the terminal.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <set>

#include <nlohmann/json.hpp>

#include <slim/core/number_text.hpp>
#include <slim/summary/run.hpp>

#include "thinning.hpp"

using namespace slim;
using namespace slim::plot;
using namespace slim::summaries;
using nlohmann::json;
using runs = std::map<std::string, run>;

namespace {

constexpr const char page[] =
#include "page.inc"
    ;

// What the page holds at most of each series.
constexpr std::size_t most_points = 2000, most_histograms = 30, most_images = 30;
constexpr int histogram_bins = 64;

/// Tags of all runs, in order.
template <class Content>
std::set<std::string> tags(const runs& all, std::map<std::string, series<Content>> run::* kind) {
  std::set<std::string> found;
  for (const auto& [name, one] : all)
    for (const auto& [tag, points] : one.*kind) found.insert(tag);
  return found;
}

/// Calls use(number of the run, its series) for every run that has the tag.
template <class Content, class Use>
void for_each_run(const runs& all, std::map<std::string, series<Content>> run::* kind, const std::string& tag, const Use& use) {
  int number = 0;
  for (const auto& [name, one] : all) {
    if (const auto found = (one.*kind).find(tag); found != (one.*kind).end()) use(number, found->second);
    ++number;
  }
}

/// The double of as many digits as tell a float from its neighbours: the page would hold twice as many.
double rounded(float value) {
  char text[32];
  const char* const end = std::to_chars(text, text + sizeof text, value).ptr;
  double number = 0;
  std::from_chars(text, end, number);
  return number;
}

json scalar_charts(const runs& all) {
  json charts = json::array();
  for (const std::string& tag : tags(all, &run::scalars)) {
    json curves = json::array();
    for_each_run(all, &run::scalars, tag, [&](int number, const series<float>& points) {
      json curve{{"run", number}, {"steps", json::array()}, {"times", json::array()}, {"values", json::array()}};
      for (std::size_t i : extremes(points, most_points)) {
        curve["steps"].push_back(points[i].step);
        curve["times"].push_back(std::round(points[i].wall_time * 1000) / 1000);
        curve["values"].push_back(rounded(points[i].content));
      }
      curves.push_back(std::move(curve));
    });
    charts.push_back({{"tag", tag}, {"curves", std::move(curves)}});
  }
  return charts;
}

json histogram_charts(const runs& all) {
  json charts = json::array();
  for (const std::string& tag : tags(all, &run::histograms)) {
    value_range all_values;
    for_each_run(all, &run::histograms, tag, [&](int, const series<histogram>& points) {
      for (const auto& one : points) all_values.add(one.content);
    });
    const auto [low, high] = all_values.drawn();
    json of_runs = json::array();
    for_each_run(all, &run::histograms, tag, [&](int number, const series<histogram>& points) {
      json chosen = json::array();
      for (std::size_t i : spread(points.size(), most_histograms)) {
        const histogram& h = points[i].content;
        const double mean = h.num > 0 ? h.sum / h.num : 0, variance = h.num > 0 ? h.sum_squares / h.num - mean * mean : 0;
        chosen.push_back({{"step", points[i].step},
                          {"num", h.num},
                          {"min", h.min},
                          {"max", h.max},
                          {"mean", mean},
                          {"deviation", std::sqrt(std::max(0.0, variance))},
                          {"shares", binned(h, low, high, histogram_bins)}});
      }
      of_runs.push_back({{"run", number}, {"points", std::move(chosen)}});
    });
    charts.push_back({{"tag", tag}, {"low", low}, {"high", high}, {"bins", histogram_bins}, {"runs", std::move(of_runs)}});
  }
  return charts;
}

std::string base64(const std::string& bytes) {
  static constexpr const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k) text += i + k < bytes.size() + 1 ? digits[group >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

json image_charts(const runs& all) {
  json charts = json::array();
  for (const std::string& tag : tags(all, &run::images)) {
    json of_runs = json::array();
    for_each_run(all, &run::images, tag, [&](int number, const series<encoded_image>& points) {
      json chosen = json::array();
      for (std::size_t i : spread(points.size(), most_images)) {
        const std::string& bytes = points[i].content.bytes;
        const bool is_jpeg = bytes.rfind("\xff\xd8", 0) == 0;
        chosen.push_back({{"step", points[i].step}, {"source", (is_jpeg ? "data:image/jpeg;base64," : "data:image/png;base64,") + base64(bytes)}});
      }
      of_runs.push_back({{"run", number}, {"points", std::move(chosen)}});
    });
    charts.push_back({{"tag", tag}, {"runs", std::move(of_runs)}});
  }
  return charts;
}

json page_data(const std::string& title, const runs& all) {
  json names = json::array(), problems = json::array();
  for (const auto& [name, one] : all) {
    names.push_back(name);
    for (const std::string& problem : one.problems) problems.push_back(problem);
  }
  char written[32];
  const std::time_t now = std::time(nullptr);
  std::strftime(written, sizeof written, "%Y-%m-%d %H:%M", std::localtime(&now));
  return {{"title", title},
          {"written", written},
          {"runs", names},
          {"problems", problems},
          {"scalars", scalar_charts(all)},
          {"histograms", histogram_charts(all)},
          {"images", image_charts(all)}};
}

/// Replaces the file only when the new page is complete.
void write_page(const std::string& path, const json& data) {
  std::string text = data.dump(-1, ' ', false, json::error_handler_t::replace), html = page;
  for (std::size_t at = 0; (at = text.find('<', at)) != std::string::npos; ++at) text.replace(at, 1, "\\u003c");  // no end of the script element
  const std::string place = "PLOT_DATA";
  html.replace(html.find(place), place.size(), text);
  const std::string unfinished = path + ".unfinished";
  std::FILE* file = std::fopen(unfinished.c_str(), "wb");
  const bool opened = file != nullptr;
  const bool complete = opened && std::fwrite(html.data(), 1, html.size(), file) == html.size();
  const bool closed = opened && std::fclose(file) == 0;
  if (!complete || !closed || std::rename(unfinished.c_str(), path.c_str()) != 0) {
    const std::string found = std::strerror(errno);
    if (opened) std::remove(unfinished.c_str());
    throw error("plot: " + path + ": expected a file that can be written, found " + found + "; choose another with --output");
  }
}

/// Heights of eight steps, one for each stretch of the curve.
std::string sparkline(const series<float>& points, float low, float high) {
  static constexpr const char* blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::size_t width = 24;
  std::string text;
  const std::size_t cells = std::min(width, points.size());
  for (std::size_t i = 0; i < cells; ++i) {
    double sum = 0;
    int count = 0;
    for (std::size_t k = i * points.size() / cells; k < (i + 1) * points.size() / cells; ++k) {
      if (std::isfinite(points[k].content)) sum += static_cast<double>(points[k].content), ++count;
    }
    const double place = count > 0 && high > low ? (sum / count - low) / (static_cast<double>(high) - low) : 0;
    text += count > 0 ? blocks[std::clamp(static_cast<int>(place * 8), 0, 7)] : " ";
  }
  return text;
}

/// Characters as seen: bytes that do not continue one.
int shown_width(const std::string& text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}
std::string filled(std::string text, int width) {
  text.append(static_cast<std::size_t>(std::max(0, width - shown_width(text))), ' ');
  return text;
}

void print_table(const runs& all) {
  int tag_width = 3, run_width = all.size() > 1 ? 3 : 0;
  for (const std::string& tag : tags(all, &run::scalars)) tag_width = std::max(tag_width, shown_width(tag));
  if (all.size() > 1)
    for (const auto& [name, one] : all) run_width = std::max(run_width, shown_width(name));
  const auto row = [&](const std::string& tag, const std::string& name) {
    std::printf("%s  %s%s", filled(tag, tag_width).c_str(), filled(name, run_width).c_str(), run_width > 0 ? "  " : "");
  };
  row("tag", run_width > 0 ? "run" : "");
  std::printf("%10s  %-21s %-21s curve\n", "last", "lowest (step)", "highest (step)");
  for (const std::string& tag : tags(all, &run::scalars)) {
    std::string label = tag;
    for_each_run(all, &run::scalars, tag, [&](int number, const series<float>& points) {
      row(std::exchange(label, ""), run_width > 0 ? std::next(all.begin(), number)->first : "");
      const point<float>*low = nullptr, *high = nullptr;
      for (const auto& one : points) {
        if (!std::isfinite(one.content)) continue;
        if (low == nullptr || one.content < low->content) low = &one;
        if (high == nullptr || one.content > high->content) high = &one;
      }
      const auto extreme = [](const point<float>* one) {
        return one == nullptr ? std::string() : slim::number_text(static_cast<double>(one->content), 5) + " (" + std::to_string(one->step) + ")";
      };
      std::printf("%10s  %-21s %-21s %s\n", slim::number_text(static_cast<double>(points.back().content), 5).c_str(), extreme(low).c_str(),
                  extreme(high).c_str(), low != nullptr ? sparkline(points, low->content, high->content).c_str() : "");
    });
  }
}

}  // namespace

int main(int count, char** values) {
  std::string logdir, output;
  CLI::App app("Draws the event files of training runs: scalars, histograms and images on one HTML page, and a table here.");
  app.add_option("logdir", logdir, "folder with event files; each folder below it that has some is a run")->required();
  app.add_option("--output", output, "the page; LOGDIR/plot.html without it");
  CLI11_PARSE(app, count, values);
  try {
    const runs all = read_runs(logdir);
    if (output.empty()) output = (std::filesystem::path(logdir) / "plot.html").string();
    print_table(all);
    for (const auto& [name, one] : all)
      for (const std::string& problem : one.problems) std::printf("%s\n", problem.c_str());
    const std::filesystem::path folder = std::filesystem::absolute(logdir).lexically_normal();
    write_page(output, page_data((folder.has_filename() ? folder : folder.parent_path()).filename().string(), all));
    std::printf("\npage: %s\n", output.c_str());
  } catch (const error& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
