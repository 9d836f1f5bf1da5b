import RESTATesting
import Testing

@testable import RESTAReport

/// How often the sign-flip test finds what is not there, and what is.
@Suite("The sign-flip test, simulated") struct SignFlipSimulationTests {
  /// The share of repetitions with p at most 0.05; with 99 draws the level is just that.
  private func found(
    _ simulation: Simulation, defended: Double? = nil, seed: UInt64, _ repetitions: Int
  )
    -> Double
  {
    var generator = SeededGenerator(seed: seed)
    let found = (0..<repetitions).count { _ in
      let differences = simulation.differences(defended: defended, &generator)
      return (SignFlipTest(differences, draws: 99)?.p ?? 1) <= 0.05
    }
    return Double(found) / Double(repetitions)
  }

  /// Both sides comply with the same share; every answer, every seed, for every size and resemblance.
  ///
  /// A configuration has R repetitions: 3 √(0.06 · 0.94 / R) are allowed on top of 0.06, and nothing over all
  /// nine of a row, where the error is at most 0.006.
  @Test(arguments: [1, 2, 3], [0, 0.3, 1])
  func `a difference that is not there is found in at most 6 %`(
    seeds: Int, resemblance: Double
  ) {
    let repetitions = Simulation.repetitions(150)
    let allowed = 0.06 + 3 * (0.06 * 0.94 / Double(repetitions)).squareRoot()
    var all: [Double] = []
    for clusters in [12, 25, 60] {
      for (sizes, rate) in [(1...1, 0.5), (1...10, 0.1), (10...10, 0.5)] {
        let simulation = Simulation(
          clusters: clusters, sizes: sizes, resemblance: resemblance, rate: rate, seeds: seeds)
        let share = found(simulation, seed: UInt64(clusters * 100 + seeds), repetitions)
        Simulation.show("type I, \(simulation): \(share)")
        #expect(share <= allowed, "\(simulation): \(share)")
        all.append(share)
      }
    }
    let mean = all.reduce(0, +) / Double(all.count)
    #expect(mean <= 0.06 && mean > 0, "\(seeds) seeds, resemblance \(resemblance): \(all)")
  }

  /// Majorities of an even number of seeds called ties refused: 30 to 75 % of such were "found".
  @Test(arguments: [2, 4, 16])
  func `many seeds against one undefended answer are no difference, at any rate`(seeds: Int) {
    let repetitions = Simulation.repetitions(100)
    for rate in [0.05, 0.5, 0.95] {
      let simulation = Simulation(
        clusters: 24, sizes: 1...1, resemblance: 0, rate: rate, seeds: seeds)
      let share = found(simulation, seed: 7, repetitions)
      Simulation.show("type I, \(simulation): \(share)")
      #expect(share <= 0.06 + 3 * (0.06 * 0.94 / Double(repetitions)).squareRoot(), "\(simulation)")
    }
  }

  /// From 70 to 30 %: of 25 independent prompts about 12 change one way and 2 the other, and it takes 12
  /// to 3 for a p of 0.05.
  @Test(arguments: [1, 2, 3])
  func `a difference that is there is found`(seeds: Int) {
    let repetitions = Simulation.repetitions(100)
    for (clusters, sizes, resemblance, least) in [
      (25, 1...1, 0.0, 0.5), (25, 1...10, 0.3, 0.9), (60, 10...10, 1, 0.9), (12, 10...10, 0, 0.95),
    ] {
      let simulation = Simulation(
        clusters: clusters, sizes: sizes, resemblance: resemblance, rate: 0.7, seeds: seeds)
      let share = found(simulation, defended: 0.3, seed: 11, repetitions)
      Simulation.show("power 0.7 to 0.3, \(simulation): \(share)")
      #expect(share >= least, "\(simulation): \(share)")
    }
  }
}
