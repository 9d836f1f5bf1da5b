/// Something that is measured, and what it is compared with.
struct Benchmark {
  /// What one run does, with its sizes.
  let name: String
  /// Does it once; the number keeps the work from being optimised away.
  let run: () throws -> Double

  /// The time of one run: the median of the rounds, in which others take their turns.
  struct Result {
    let name: String
    let seconds: Double
  }

  /// Measures benchmarks in turns, so that what drifts on the machine hits all of them.
  ///
  /// - Parameters:
  ///   - benchmarks: What to measure.
  ///   - rounds: How often; the first further round warms up.
  /// - Returns: The results, in the order given.
  /// - Throws: What a benchmark throws.
  static func measure(_ benchmarks: [Benchmark], rounds: Int) throws -> [Result] {
    var times = benchmarks.map { _ in [Double]() }
    var sink = 0.0
    for round in 0...rounds {
      for (index, benchmark) in benchmarks.enumerated() {
        let start = ContinuousClock.now
        sink += try benchmark.run()
        let elapsed = start.duration(to: .now)
        if round > 0 { times[index].append(elapsed / .seconds(1)) }
      }
    }
    // Never true, and the compiler does not know it.
    if sink.isNaN { print("not a number") }
    return zip(benchmarks, times).map { benchmark, times in
      let sorted = times.sorted()
      return Result(name: benchmark.name, seconds: sorted[sorted.count / 2])
    }
  }
}
