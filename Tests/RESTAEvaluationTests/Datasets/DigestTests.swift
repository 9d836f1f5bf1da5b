import RESTADocuments
import Foundation
import RESTATesting
import Testing

@testable import RESTAEvaluation

@Suite("SHA-256 of data") struct DigestTests {
  // FIPS 180-4's examples.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
  ])
  func `the standard's examples`(text: String, digest: String) {
    #expect(Digest.sha256(of: text) == digest)
  }

  @Test func `texts that are canonically equivalent have different digests`() {
    #expect(Digest.sha256(of: "\u{E9}") != Digest.sha256(of: "e\u{301}"))
  }

  // The piece that is read at a time is 1 MiB.
  @Test(arguments: [0, 1, 1 << 20, (1 << 20) + 1, 3_000_000])
  func `a file's digest is that of its bytes, whatever its length`(count: Int) throws {
    var generator = SeededGenerator(seed: UInt64(count))
    let bytes = (0..<(count + 7) / 8).flatMap { _ in
      let word = generator.next()
      return (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
    }.prefix(count)
    let file = try PromptFile(Array(bytes), name: "digest-\(count)")
    defer { file.remove() }
    #expect(try Digest.sha256(ofFile: file.path) == Digest.sha256(of: Array(bytes)))
  }

  @Test func `a file that is missing is an error`() {
    let error = #expect(throws: EvaluationError.self) { try Digest.sha256(ofFile: "no/such") }
    #expect(error?.message == "no/such: the file cannot be read")
  }
}
