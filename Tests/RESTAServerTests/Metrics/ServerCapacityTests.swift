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
    // 4 × 11 × 256 positions; 65,536 beside them, doubled; a prompt has 65,536 / 11 tokens.
    (11_264, 90_112, 4 * 5957 + 512, { _ in }),
    (11_264, 90_112, 4 * 100 + 512, { $0.limits.promptTokens = 100 }),
    // Undefended, a prompt may fill the context.
    (11_264, 90_112, 4 * 8192 + 512, { $0.client.off = true }),
    (65_536, 65_536, 4 * 5957 + 512, { $0.limits.cacheTokens = 65_536 }),
    (
      2816, 2816, 90 + 512,
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

  @Test("the line for the log says them, and whether the longest request can end in its time")
  func summary() {
    let costs = PassCosts(samples: [
      .init(positions: 1, seconds: 0.01), .init(positions: 101, seconds: 1.01),
    ])
    let slow = capacity { _ in }.summary(
      bytesPerCell: 1000, besideBytes: 250_000_000, costs: costs)
    for part in [
      "11264 positions (12 MB) for 44 sequences", "90112 (91 MB)",
      "150 MB beside it, program, weights and the buffers of a pass 250 MB;",
      "about 655 s", "longer than limits.request_seconds (300)",
    ] { #expect(slow.contains(part), "\(part) in: \(slow)") }
    let quick = capacity { $0.limits.workTokens = 2000 }.summary(
      bytesPerCell: 1000, besideBytes: nil, costs: costs)
    #expect(quick.contains("about 20 s"))
    #expect(!quick.contains("request_seconds"))
  }
}
