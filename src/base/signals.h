// Signals that the library itself would cause.
#ifndef FOOTFALL_BASE_SIGNALS_H_
#define FOOTFALL_BASE_SIGNALS_H_

#include <csignal>

namespace footfall::base {

// While it lives, writing to a connection that the other side has closed is an error on
// this thread, never a SIGPIPE that ends the process. Handlers stay as the host set them.
class NoSigpipe {
 public:
  NoSigpipe();
  ~NoSigpipe();
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

 private:
  bool was_pending_ = false;
  sigset_t before_;
};

}  // namespace footfall::base

#endif  // FOOTFALL_BASE_SIGNALS_H_
