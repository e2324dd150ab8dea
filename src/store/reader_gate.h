// Lets any thread look at what one writer changes all the time, within microseconds.
#ifndef FOOTFALL_STORE_READER_GATE_H_
#define FOOTFALL_STORE_READER_GATE_H_

#include <atomic>
#include <mutex>
#include <thread>

namespace footfall::store {

// A mutex whose writer, in a long series of changes, lets those in who wait.
class ReaderGate {
 public:
  class Reading {
   public:
    explicit Reading(ReaderGate& gate) : gate_(gate) {
      if (gate_.mutex_.try_lock()) return;
      gate_.waiting_.fetch_add(1);
      gate_.mutex_.lock();
      gate_.waiting_.fetch_sub(1);
    }
    ~Reading() { gate_.mutex_.unlock(); }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

   private:
    ReaderGate& gate_;
  };

  class Writing {
   public:
    explicit Writing(ReaderGate& gate) : gate_(gate) {
      LetWaitingIn();
      gate_.mutex_.lock();
    }
    ~Writing() { gate_.mutex_.unlock(); }
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;

    // To be called between two changes, where everything is in order.
    void GiveWay() {
      if (gate_.waiting_.load(std::memory_order_relaxed) == 0) return;
      gate_.mutex_.unlock();
      LetWaitingIn();
      gate_.mutex_.lock();
    }

   private:
    // An unfair mutex would come back at once. Whoever still waits after a while does so
    // for one more step.
    void LetWaitingIn() {
      for (int i = 0; i < 100 && gate_.waiting_.load(std::memory_order_relaxed) != 0;
           ++i) {
        std::this_thread::yield();
      }
    }

    ReaderGate& gate_;
  };

 private:
  std::mutex mutex_;
  std::atomic<int> waiting_{0};
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_READER_GATE_H_
