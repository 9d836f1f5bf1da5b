import RESTA
import Testing

@testable import RESTAServer

@Suite("What the limits allow") struct ServerCapacityTests {
  typealias Change = @Sendable (inout ServerSettings) -> Void

  private func capacity(_ change: Change) -> ServerCapacity {
    var settings = ServerSettings()
    change(&settings)
    return ServerCapacity(settings, contextLength: 8192, dimensions: 1536)
  }

  private static let cases: [(usual: Int, largest: Int, rows: Int, change: Change)] = [
    // 4 × 11 × 256 positions and 1,024 to keep; 65,536 beside them, doubled; a prompt has 65,536 / 11 tokens.
    (12_288, 98_304, 4 * 5957 + 512, { _ in }),
    (12_288, 98_304, 4 * 100 + 512, { $0.limits.promptTokens = 100 }),
    // Undefended, a prompt may fill the context.
    (12_288, 98_304, 4 * 8192 + 512, { $0.client.off = true }),
    (66_560, 66_560, 4 * 5957 + 512, { $0.limits.cacheTokens = 65_536 }),
    (11_264, 90_112, 4 * 5957 + 512, { $0.limits.keptCells = 0 }),
    (11_264, 90_112, 4 * 5957 + 512, { $0.defense.decoder = .reference }),
    (12_264, 98_112, 4 * 5957 + 512, { $0.limits.keptCells = 1000 }),
    (22_528, 90_112, 4 * 5957 + 512, { $0.defense.sticky = .conversation }),
    (
      3840, 3840, 90 + 512,
      {
        $0.limits.concurrency = 1
        $0.limits.workTokens = 1000
      }
    ),
  ]

  @Test("memory is reckoned from the limits", arguments: Self.cases)
  func memory(usual: Int, largest: Int, rows: Int, change: Change) {
    let capacity = capacity(change)
    #expect(capacity.usual.cells == usual)
    #expect(capacity.largestCells == largest)
    #expect(capacity.embeddingBytes == rows * 1536 * 4)
  }

  @Test("the largest cache that may be set is reckoned with") func largest() {
    let most = capacity {
      ($0.limits.cacheTokens, $0.limits.keptCells) = (1_073_741_823, 1_073_741_823)
    }
    #expect(most.usual.cells == 2_147_483_646)
  }

  @Test("copies on their way to servers take four thirds of the rows that the limits allow")
  func uploads() {
    // A row has 1536 numbers of 4 bytes, or of 2.
    #expect(capacity { _ in }.uploadBytes == 4 * 65_536 * 8192)
    #expect(capacity { $0.model.vllmBfloat16 = true }.uploadBytes == 4 * 65_536 * 4096)
    #expect(capacity { $0.defense.samples = 3 }.uploadBytes == 4 * 3 * 8192 * 8192)
  }

  @Test("the line for the log says them, and whether the longest request can end in its time")
  func summary() {
    let costs = PassCosts(samples: [
      .init(positions: 1, seconds: 0.01), .init(positions: 101, seconds: 1.01),
    ])
    let slow = capacity { _ in }.summary(
      bytesPerCell: 1000, besideBytes: 250_000_000, costs: costs)
    for part in [
      "12288 positions (13 MB) for 48 sequences, 1024 positions of them to keep", "98304 (99 MB)",
      "150 MB beside it, program, weights and the buffers of a pass 250 MB;",
      "about 655 s", "longer than limits.request_seconds (300)",
    ] { #expect(slow.contains(part), "\(part) in: \(slow)") }
    let quick = capacity { $0.limits.workTokens = 2000 }.summary(
      bytesPerCell: 1000, besideBytes: nil, costs: costs)
    #expect(quick.contains("about 20 s"))
    #expect(!quick.contains("request_seconds"))
    // As of a large model without a limit: more seconds than an integer holds.
    let endless = capacity { $0.limits.workTokens = .max }.summary(
      bytesPerCell: 1000, besideBytes: nil,
      costs: PassCosts(samples: [.init(positions: 1, seconds: 2)]))
    #expect(endless.contains("longer than limits.request_seconds"))
  }
}
