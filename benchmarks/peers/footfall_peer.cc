// Footfall, through its C ABI as a host uses it.
#include "footfall/footfall.h"
#include "peer.h"

namespace footfall::benchmarks {
namespace {

struct BufferFree {
  void operator()(footfall_buffer* buffer) const { footfall_buffer_free(buffer); }
};
using Buffer = std::unique_ptr<footfall_buffer, BufferFree>;

struct ResultFree {
  void operator()(footfall_result* result) const { footfall_result_free(result); }
};
using Result = std::unique_ptr<footfall_result, ResultFree>;

std::string Text(const Buffer& buffer) {
  return {static_cast<const char*>(footfall_buffer_data(buffer.get())),
          footfall_buffer_size(buffer.get())};
}

class Footfall : public Peer {
 public:
  Footfall(const std::string& directory, int64_t now_ms, bool sealing_thread)
      : now_ms_(now_ms) {
    footfall_store_options options = FOOTFALL_STORE_OPTIONS_INIT;
    options.background_sealing = sealing_thread;
    footfall_error* error = nullptr;
    Check(footfall_store_open(directory.c_str(), &options, &store_, &error), error,
          directory);
  }
  ~Footfall() override { footfall_store_free(store_); }

  void SetThreads(int count) override { threads_ = count; }

  void Run(const std::string& text) override {
    footfall_error* error = nullptr;
    if (text == "compact") {
      Check(footfall_store_compact(store_, now_ms_, nullptr, nullptr, &error), error,
            text);
    } else if (text.starts_with("set ")) {
      const size_t space = text.find(' ', 4);
      Check(footfall_settings_set(store_, text.substr(4, space - 4).c_str(),
                                  text.substr(space + 1).c_str(), &error),
            error, text);
    } else {
      result_ = Report(text);
    }
  }

  std::string Answer(const std::string& text) override {
    footfall_error* error = nullptr;
    if (text == "store statistics") {
      footfall_buffer* json = nullptr;
      Check(footfall_store_stats(store_, &json, &error), error, text);
      return Text(Buffer(json));
    }
    result_ = Report(text);
    footfall_buffer* rows = nullptr;
    Check(footfall_result_format(result_.get(), FOOTFALL_FORMAT_NDJSON, &rows, &error),
          error, text);
    return Text(Buffer(rows));
  }

  double Ingest(const std::string& lines, const std::string&) override {
    const auto start = std::chrono::steady_clock::now();
    footfall_ingest_options options = FOOTFALL_INGEST_OPTIONS_INIT;
    options.now_ms = now_ms_;
    footfall_error* error = nullptr;
    Check(footfall_store_ingest(store_, lines.data(), lines.size(), &options, nullptr,
                                &error),
          error, "ingest");
    return SecondsSince(start);
  }

  std::string Statistics() override {
    if (result_ == nullptr) return "null";
    footfall_error* error = nullptr;
    footfall_buffer* json = nullptr;
    Check(footfall_result_stats(result_.get(), &json, &error), error, "statistics");
    return Text(Buffer(json));
  }

 private:
  static void Check(footfall_status status, footfall_error* error,
                    const std::string& what) {
    if (status != FOOTFALL_OK) Fail(what, footfall_error_message(error));
  }

  Result Report(const std::string& text) {
    footfall_report_options options = FOOTFALL_REPORT_OPTIONS_INIT;
    options.now_ms = now_ms_;
    options.threads = static_cast<uint32_t>(threads_);
    footfall_error* error = nullptr;
    footfall_result* result = nullptr;
    if (text.starts_with('{')) {
      Check(footfall_report_run_definition(store_, text.data(), text.size(), &options,
                                           &result, &error),
            error, text);
    } else {
      const size_t space = text.find(' ');
      const std::string name = text.substr(0, space);
      const std::string parameters =
          space == std::string::npos ? "{}" : text.substr(space + 1);
      options.parameters_json = parameters.c_str();
      Check(footfall_report_run(store_, name.c_str(), &options, &result, &error), error,
            text);
    }
    return Result(result);
  }

  const int64_t now_ms_;
  int threads_ = 1;
  footfall_store* store_ = nullptr;
  Result result_;
};

}  // namespace

std::unique_ptr<Peer> OpenFootfall(const std::string& directory, int64_t now_ms,
                                   bool sealing_thread) {
  return std::make_unique<Footfall>(directory, now_ms, sealing_thread);
}

}  // namespace footfall::benchmarks
