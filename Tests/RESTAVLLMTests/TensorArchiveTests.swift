import Foundation
import RESTA
import RESTATesting
import Testing

@testable import RESTAVLLM

@Suite("Embedding rows as torch.save writes them")
struct TensorArchiveTests {
  private struct Case: Decodable {
    let rows: Int
    let columns: Int
    let number: String
    let bits: String
    let archive: Data
  }

  @Test("is the archive of the independent program, byte for byte")
  func golden() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/archives.json")
    let cases = try JSONDecoder().decode([Case].self, from: try Data(contentsOf: file))
    #expect(cases.count == 8)
    for expected in cases {
      let digits = Array(expected.bits)
      let values = stride(from: 0, to: digits.count, by: 8).compactMap {
        UInt32(String(digits[$0..<$0 + 8]), radix: 16).map(Float.init(bitPattern:))
      }
      let number = try #require(TensorArchive.Number(rawValue: expected.number))
      let rows = EmbeddingMatrix(
        rows: expected.rows, dimensions: expected.columns, values: values)
      let archive = try TensorArchive(rows, as: number)
      #expect(Data(archive.bytes) == expected.archive, "\(expected.number) \(expected.rows)")
    }
  }

  @Test(
    "refuses what is not finite, also where only bfloat16 cannot hold it",
    arguments: [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude])
  func notFinite(value: Float) {
    let rows = EmbeddingMatrix(rows: 2, dimensions: 2, values: [1, 2, value, 4])
    for number in TensorArchive.Number.allCases
    where !value.isFinite || number == .bfloat16 {
      let error = #expect(throws: RESTAError.self) { try TensorArchive(rows, as: number) }
      #expect(error?.code == .nonFiniteOutput)
    }
  }

  @Test("CRC-32 has its check value")
  func checksum() {
    #expect(ZipArchive.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(ZipArchive.checksum([]) == 0)
  }

  @Test("events are the same, however the bytes are cut")
  func events() throws {
    let text = Array(
      "data: {\"a\":1}\n\n: keep-alive\r\n\r\ndata:x\r\n\r\nevent: y\ndata: [DONE]\n\ndata: rest"
        .utf8)
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<200 {
      var lines = EventLines()
      var found: [String] = []
      var start = 0
      while start < text.count {
        let end = min(text.count, start + generator.integer(in: 1...9))
        found += try lines.append(text[start..<end]).map { String(decoding: $0, as: UTF8.self) }
        start = end
      }
      #expect(found == ["{\"a\":1}", "x", "[DONE]"])
    }
  }
}
